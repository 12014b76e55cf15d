"""Actors, articles and search; what is hostile stays text; all views are fit for everybody's eyes."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Site, opened

pytestmark = pytest.mark.kafka

VIEWS = {
    "live": "",
    "actor": "#/actor/person%3Aسامي-الحداد",
    "article": "#/article/vaccine",
    "search": "#/search?q=الصحة",
}


async def test_an_actors_page_tells_who_they_are_and_what_they_said(site: Site, page: Page) -> None:
    await page.goto(site.url + VIEWS["actor"])
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sami Al-Haddad")
    await expect(page.locator(".latin")).to_have_text("سامي الحداد")
    await expect(page.locator(".roles")).to_contain_text("وزير الصحة")
    await expect(page.locator(".facts")).to_contain_text("4 statements")
    await expect(page.locator(".statement .content").filter(has_text="الأسعار ارتفعت")).to_have_count(1)
    await page.get_by_text("As a table").click()
    row = page.locator("tbody tr")
    await expect(row).to_have_count(1)
    await expect(page.locator("thead")).to_contain_text("denied")
    assert await page.locator(".chart rect").count() >= 3


async def test_an_article_shows_every_speaker_verb_and_content(site: Site, page: Page) -> None:
    await page.goto(site.url + VIEWS["article"])
    await expect(page.locator(".body .p-speaker").first).to_have_text("وزير الصحة سامي الحداد")
    await expect(page.locator(".body .p-cue").nth(1)).to_have_text("ونفى")  # behind an emoji: two units of UTF-16
    denial = page.locator(".found .statement").filter(has_text="الأسعار ارتفعت")
    await denial.hover()
    lit = page.locator(".body .lit")
    await expect(lit.filter(has_text="ونفى")).to_have_count(1)
    await expect(lit.filter(has_text="الأسعار")).to_have_count(1)
    await expect(lit.filter(has_text="اللقاح")).to_have_count(0)
    await page.locator(".body .p-content").filter(has_text="اللقاح").hover()
    await expect(page.locator(".found .statement.lit .content")).to_contain_text("اللقاح متوفر")


async def test_search_finds_actors_and_words(site: Site, page: Page) -> None:
    await page.locator("#q").fill("للوزارة")
    await page.get_by_role("button", name="Search").click()
    await expect(page.locator(".statement .content").filter(has_text="تدعم الوزارة")).to_have_count(1)
    await page.locator("#q").fill("haddad")
    await page.keyboard.press("Enter")
    await page.locator(".actors a").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sami Al-Haddad")


async def test_what_is_not_there_is_told(site: Site, page: Page) -> None:
    for address in ("#/actor/nobody", "#/article/nothing", "#/elsewhere"):
        await page.goto(site.url + address)
        await expect(page.get_by_role("alert").last).to_have_text("Not found.")


async def test_an_article_full_of_scripts_stays_text(site: Site, page: Page) -> None:
    card = page.locator(".statement").filter(has_text="هذا نص")
    await expect(card.locator(".content")).to_contain_text("<script>document.title='hacked'</script>")
    await expect(card.locator("script, img")).to_have_count(0)
    await expect(card.locator("a[href^=javascript]")).to_have_count(0)
    await card.locator(".to-article").click()
    await expect(page.locator(".body")).to_contain_text("<img src=x onerror=")
    await expect(page.locator("main script, main img")).to_have_count(0)
    assert "hacked" not in (await page.title()).replace("document.title='hacked'", "")


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("ar", "light", 1280), ("ar", "dark", 390), ("en", "dark", 1280), ("en", "light", 390)],
)
async def test_every_view_in_both_languages_themes_and_sizes(
    site: Site, browser: Browser, screenshots: Path, language: str, theme: str, width: int
) -> None:
    context, page = await opened(browser, language, theme, width)
    for name, address in VIEWS.items():
        await page.goto(site.url + address)
        await page.reload()  # an address that differs behind the # alone is not loaded anew
        await expect(page.locator(".statement, .actors li").first).to_be_visible()
        await page.wait_for_timeout(300)
        await page.screenshot(path=screenshots / f"{name}-{language}-{theme}-{width}.png")
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} is too wide"
        assert await page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
        found = await Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    assert page.errors == []  # type: ignore[attr-defined]
    await context.close()
