"""A headless Chromium on the page of a real gateway, with a worker and a broker behind it."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from streams.embedded import EmbeddedBroker
from streams.embedded.broker import free_port
from streams.kafka.topics import create
from streams.settings import Settings
from tests.kafka.pipeline import GATEWAY, WorkerProcess, article, enriched_until, publish

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
expect.set_options(timeout=30_000)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

SCRIPT = "<script>document.title='hacked'</script><img src=x onerror=\"document.title='hacked'\">"
ARTICLES = [
    {
        "article_id": "vaccine",
        "source": "desk",
        "title": "وزير الصحة: اللقاح متوفر",
        "url": "https://example.org/vaccine",
        "published_at": "2026-03-01T10:20:00Z",
        "body": "قال وزير الصحة سامي الحداد إن اللقاح متوفر في المدينة.\n😀 ونفى الحداد أن تكون الأسعار ارتفعت، "
        "محذراً من تداول الشائعات على مواقع التواصل.\n"
        'وأضاف: "الحملة تبدأ غداً في العاصمة". وقالت منظمة الصحة العالمية إنها تدعم الوزارة.',
    },
    {
        "article_id": "hostile",
        "source": f"paper {SCRIPT}",
        "title": f"عنوان {SCRIPT}",
        "url": "javascript:document.title='hacked'",
        "published_at": "2026-03-02T08:00:00Z",
        "body": f'قالت وزيرة الصحة هالة منصور: "هذا نص {SCRIPT} وليس غيره". وأضافت الوزيرة أن الخدمات الصحية '
        "متوفرة في كل المدن والقرى، وأن المستشفيات تستقبل المرضى ليلاً ونهاراً، وأن الوزارة تتابع الأوضاع.",
    },
]


@dataclass
class Site:
    """A pipeline whose page is at `url`; `gateway` may be stopped and started again."""

    settings: Settings
    gateway: WorkerProcess
    url: str

    async def publish(self, articles: Sequence[dict[str, Any]]) -> None:
        """Send articles; they are there when their enriched events are."""
        before = len(await enriched_until(self.settings, 0))
        await publish(self.settings, [(a["article_id"].encode(), article(**a)) for a in articles])
        await enriched_until(self.settings, before + len(articles))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all tests of a file, with two articles in it."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed (Debian's package: chromium)")
    folder = tmp_path_factory.mktemp("site")
    port = free_port()
    with EmbeddedBroker() as broker:
        settings = Settings(kafka_bootstrap=broker.bootstrap, partitions=2)
        asyncio.run(create(settings))
        with (
            WorkerProcess(settings, folder),
            WorkerProcess(settings, folder, GATEWAY, QAWL_GATEWAY_PORT=str(port)) as gateway,
        ):
            made = Site(settings, gateway, f"http://127.0.0.1:{port}/")
            asyncio.run(made.publish(ARTICLES))
            yield made


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        await running.close()


async def opened(
    browser: Browser, language: str = "en", theme: str = "light", width: int = 1280
) -> tuple[BrowserContext, Page]:
    """A page that has not gone anywhere yet, and that fails a test where a script of it fails."""
    context = await browser.new_context(viewport={"width": width, "height": 900 if width > 500 else 844})
    await context.add_init_script(f"localStorage.setItem('language', '{language}');")
    await context.add_init_script(f"localStorage.setItem('theme', '{theme}');")
    page = await context.new_page()
    page.set_default_timeout(30_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
    page.errors = errors  # type: ignore[attr-defined]
    return context, page


@pytest_asyncio.fixture
async def page(browser: Browser, site: Site) -> AsyncIterator[Page]:
    """In English, light, wide; at the live column."""
    context, made = await opened(browser)
    await made.goto(site.url)
    yield made
    assert made.errors == []  # type: ignore[attr-defined]
    await context.close()


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    """Where screenshots go: QAWL_SCREENSHOTS, to be looked at, or a folder that is thrown away."""
    folder = Path(os.environ.get("QAWL_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
