// Questions to the gateway, and the stream: read by fetch, so that it carries a token and the id of the last event.

const SILENCE_MS = 60_000; // the gateway says something every 15 s, if not told otherwise
const MOST_WAIT_MS = 15_000;

export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

const headers = () => {
  const token = sessionStorage.getItem("token");
  return token ? { Authorization: `Bearer ${token}` } : {};
};

async function refusal(response) {
  const told = await response.json().catch(() => ({}));
  return new Refused(response.status, told.parameter ? `${told.parameter}: ${told.detail}` : told.detail ?? response.statusText);
}

export async function ask(path, parameters = {}) {
  const response = await fetch(`${path}${query(parameters)}`, { headers: headers() });
  if (!response.ok) throw await refusal(response);
  return response.json();
}

export function query(parameters) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== "" && one !== null && one !== undefined) search.append(name, one);
  }
  return search.size ? `?${search}` : "";
}

// Calls onstatement(statement), onretraction(retraction), onstate("connecting" | "open" | "cut" | "refused", refusal) and
// ongap(count) until stopped.
export class Stream {
  constructor(parameters, { onstatement, onretraction, onstate, ongap }) {
    Object.assign(this, { parameters, onstatement, onretraction, onstate, ongap });
    this.lastId = null;
    this.waitMs = 1000;
    this.failures = 0;
    this.stopped = false;
    this.state = null;
    this.run();
  }

  stop() {
    this.stopped = true;
    this.abort?.abort();
  }

  async run() {
    while (!this.stopped) {
      try {
        await this.read();
      } catch (error) {
        if (this.stopped) return;
        if (error instanceof Refused && error.status >= 400 && error.status < 500 && error.status !== 429) {
          this.tell("refused", error);
          return;
        }
      }
      if (this.stopped) return;
      this.tell("cut");
      // Many pages are cut at once when a gateway ends: not all come again in the same moment.
      const wait = Math.min(MOST_WAIT_MS, this.waitMs * 2 ** this.failures) * (0.5 + Math.random() / 2);
      this.failures += 1;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  async read() {
    this.abort = new AbortController();
    if (this.state !== "cut") this.tell("connecting");
    const more = this.lastId ? { "Last-Event-ID": this.lastId } : {};
    let silence = setTimeout(() => this.abort.abort(), SILENCE_MS);
    try {
      const response = await fetch(`/v1/statements/stream${query(this.parameters)}`, {
        headers: { ...headers(), ...more },
        signal: this.abort.signal,
        cache: "no-store",
      });
      if (!response.ok) throw await refusal(response);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done || this.stopped) return;
        clearTimeout(silence);
        silence = setTimeout(() => this.abort.abort(), SILENCE_MS);
        const blocks = (rest + value).split("\n\n");
        rest = blocks.pop();
        for (const block of blocks) this.take(block);
      }
    } finally {
      clearTimeout(silence);
    }
  }

  tell(state, error) {
    if (state === this.state) return;
    this.state = state;
    this.onstate(state, error);
  }

  take(block) {
    const fields = {};
    for (const line of block.split("\n")) {
      const at = line.indexOf(": ");
      if (at > 0) fields[line.slice(0, at)] = line.slice(at + 2);
    }
    if (fields.retry) this.waitMs = Number(fields.retry);
    if (fields.id) {
      this.failures = 0;
      this.tell("open"); // the first id comes at once, before any event
    }
    if (fields.event === "statement") this.onstatement(JSON.parse(fields.data));
    if (fields.event === "retraction") this.onretraction(JSON.parse(fields.data));
    if (fields.event === "gap") this.ongap(JSON.parse(fields.data).missing);
    if (fields.id) this.lastId = fields.id;
  }
}
