// What the page says, in both languages, and how it tells numbers and times.

const TEXTS = {
  ar: {
    skip: "إلى المحتوى", tagline: "من قال ماذا، مباشرةً", search: "بحث", searchHint: "اسم أو كلمات…", keys: "لوحة المفاتيح",
    language: "English", languageLabel: "Switch to English", live: "مباشر", connecting: "جارٍ الاتصال…", cut: "انقطع البث",
    cutLong: "انقطع البث. نعيد المحاولة، ولن يضيع شيء.", resumed: "عاد البث من حيث توقف.", gap: "فات هذا العرض {n} من الأقوال التي لم تعد محفوظة.",
    pause: "إيقاف مؤقت", resume: "متابعة", paused: "متوقف", newOnes: "{n} جديد", nothing: "لا أقوال بعد. ستظهر هنا فور وصولها.",
    nothingFits: "لا شيء يطابق هذه المرشحات.", filters: "المرشحات", clear: "إزالة الكل", kind: "القائل", type: "نوع النقل", class: "الفعل",
    source: "المصدر", confidence: "الثقة", any: "الكل", atLeast: "{n}٪ فأكثر", words: "كلمات في القول", apply: "تطبيق", actor: "الجهة",
    said: "القول", article: "المقال", original: "الأصل", via: "عبر {x}", unnamed: "غير مسمّى", statements: "أقوال", articles: "مقالات",
    roles: "الصفات", aliases: "ورد أيضًا باسم", overTime: "الأقوال عبر الزمن", asTable: "كجدول",
    mentions: "من وما ذُكر في أقواله", newest: "أحدث الأقوال", more: "المزيد", actors: "الجهات", results: "نتائج «{q}»", none: "لا نتائج.",
    notFound: "غير موجود.", failed: "تعذّر التحميل: {x}", noBody: "نص المقال لم يعد محفوظًا.", found: "ما وُجد في المقال", hour: "الساعة", day: "اليوم",
    tokenTitle: "رمز الدخول", tokenHint: "هذه البوابة تتطلب رمزًا.", enter: "دخول", close: "إغلاق", theme: "المظهر: {x}", auto: "تلقائي", light: "فاتح",
    dark: "داكن", keysTitle: "لوحة المفاتيح", keyNext: "القول التالي", keyPrevious: "القول السابق", keyPause: "إيقاف أو متابعة", keyNew: "إظهار الجديد",
    keySearch: "البحث", keyOpen: "فتح المقال", firstSeen: "أول ظهور {x}", lastSeen: "آخر ظهور {x}", speaker: "القائل", cue: "الفعل", content: "المضمون",
    corrected: "سُحب: صُحّح المقال", withdrawn: "سُحب: سُحب المقال", gone: "سُحب هذا المقال، ولم يعد يُنسب إلى أحد فيه قول.",
    loading: "جارٍ التحميل…", hover: "مرّر على قول أو اختره لترى أجزاءه في النص.",
    direct: "مباشر", indirect: "غير مباشر", mixed: "مختلط", person: "شخص", organization: "مؤسسة", group: "جماعة",
    neutral: "نقل", asserted: "تأكيد", doubted: "تشكيك", denied: "نفي", demanded: "مطالبة", warned: "تحذير", praised: "إشادة", condemned: "إدانة",
    promised: "تعهّد", threatened: "تهديد", expected: "توقّع", asked: "سؤال",
  },
  en: {
    skip: "Skip to content", tagline: "who said what, live", search: "Search", searchHint: "A name or words…", keys: "Keyboard",
    language: "العربية", languageLabel: "التبديل إلى العربية", live: "Live", connecting: "Connecting…", cut: "Stream cut",
    cutLong: "The stream is cut. Trying again; nothing will be lost.", resumed: "The stream goes on where it was cut.",
    gap: "{n} statements were missed that are no longer kept.",
    pause: "Pause", resume: "Resume", paused: "Paused", newOnes: "{n} new", nothing: "No statements yet. They appear here as they come.",
    nothingFits: "Nothing fits these filters.", filters: "Filters", clear: "Clear all", kind: "Speaker", type: "Speech", class: "Verb",
    source: "Source", confidence: "Confidence", any: "All", atLeast: "{n}% or more", words: "Words said", apply: "Apply", actor: "Actor",
    said: "Statement", article: "Article", original: "Original", via: "via {x}", unnamed: "Unnamed", statements: "Statements", articles: "Articles",
    roles: "Roles", aliases: "Also called", overTime: "Statements over time", asTable: "As a table",
    mentions: "Whom and what they mention", newest: "Newest statements", more: "More", actors: "Actors", results: "Results for “{q}”", none: "Nothing found.",
    notFound: "Not found.", failed: "Could not be loaded: {x}", noBody: "The article's text is no longer kept.", found: "Found in the article", hour: "Hour", day: "Day",
    tokenTitle: "Access token", tokenHint: "This gateway asks for a token.", enter: "Enter", close: "Close", theme: "Theme: {x}", auto: "auto", light: "light",
    dark: "dark", keysTitle: "Keyboard", keyNext: "next statement", keyPrevious: "previous statement", keyPause: "pause or resume", keyNew: "show new ones",
    keySearch: "search", keyOpen: "open the article", firstSeen: "first seen {x}", lastSeen: "last seen {x}", speaker: "speaker", cue: "verb", content: "content",
    corrected: "Taken back: the article was corrected", withdrawn: "Taken back: the article was withdrawn",
    gone: "This article was withdrawn; nothing in it is attributed to anybody any more.",
    loading: "Loading…", hover: "Point at a statement, or focus it, to see its parts in the text.",
    direct: "direct", indirect: "indirect", mixed: "mixed", person: "person", organization: "organization", group: "group",
    neutral: "said", asserted: "asserted", doubted: "doubted", denied: "denied", demanded: "demanded", warned: "warned", praised: "praised",
    condemned: "condemned", promised: "promised", threatened: "threatened", expected: "expected", asked: "asked",
  },
};

// Arabic counts in six ways; what is not here is told as `other`.
const COUNTED = {
  ar: {
    statement: { one: "قول واحد", two: "قولان", few: "{n} أقوال", many: "{n} قولًا", other: "{n} قول" },
    article: { one: "مقال واحد", two: "مقالان", few: "{n} مقالات", many: "{n} مقالًا", other: "{n} مقال" },
  },
  en: {
    statement: { one: "{n} statement", other: "{n} statements" },
    article: { one: "{n} article", other: "{n} articles" },
  },
};

export const CLASSES = [
  "neutral", "asserted", "doubted", "denied", "demanded", "warned", "praised", "condemned", "promised", "threatened", "expected", "asked",
];
export const KINDS = ["person", "organization", "group", "unnamed"];
export const TYPES = ["direct", "indirect", "mixed"];

let current = localStorage.getItem("language") === "en" ? "en" : "ar";

export const language = () => current;

export function setLanguage(chosen) {
  current = chosen;
  localStorage.setItem("language", chosen);
}

export function say(key, values = {}) {
  return TEXTS[current][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

const locale = () => (current === "ar" ? "ar-u-nu-latn" : "en");

export const number = (n) => new Intl.NumberFormat(locale()).format(n);

export function counted(what, n) {
  const forms = COUNTED[current][what];
  return (forms[new Intl.PluralRules(current).select(n)] ?? forms.other).replace("{n}", number(n));
}

export function clock(instant) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(instant));
}

export function day(instant) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(new Date(instant));
}

const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60]];

// "5 minutes ago" up to a week, then the date.
export function ago(instant) {
  const seconds = (new Date(instant) - Date.now()) / 1000;
  if (Math.abs(seconds) > 7 * 86400) return day(instant);
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  for (const [unit, size] of STEPS) if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  return format.format(Math.round(Math.min(seconds, 0)), "second");
}
