"""The live column as an editor sees it: over a real broker, worker and gateway."""

import signal
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.kafka


def said(number: int) -> dict[str, Any]:
    """An article with one statement of its own words."""
    body = f"قال وزير النقل خالد الأتاسي إن الرحلة رقم {number} وصلت إلى المطار."
    return {"article_id": f"flight-{number}", "body": body, "source": "wire"}


async def test_a_statement_appears_when_it_is_published(site: Site, page: Page) -> None:
    await expect(page.locator("#connection")).to_have_text("Live")
    await expect(page.locator(".statement")).not_to_have_count(0)
    await site.publish([said(1)])
    newest = page.locator(".statement").first
    await expect(newest.locator(".content")).to_contain_text("الرحلة رقم 1 ")
    await expect(newest.locator(".name")).to_have_text("Khalid Al-Atassi")
    await expect(newest.locator(".role")).to_contain_text("وزير النقل")
    await expect(newest.locator(".verb")).to_have_class("verb c-neutral")
    await expect(newest.locator(".source")).to_have_text("wire")


async def test_direct_speech_is_set_apart(page: Page) -> None:
    direct = page.locator(".statement.direct blockquote").filter(has_text="الحملة تبدأ غداً")
    await expect(direct).to_have_count(1)
    await expect(page.locator(".statement.indirect p.content").filter(has_text="اللقاح متوفر")).to_have_count(1)


async def test_a_filter_hides_what_does_not_fit(site: Site, page: Page) -> None:
    await page.get_by_label("Verb").select_option("denied")
    await expect(page.locator(".statement")).to_have_count(1)
    await expect(page.locator(".statement .verb")).to_have_text("ونفى")
    assert page.url.endswith("#/?class=denied")
    await site.publish([said(2), {**said(3), "body": "ونفى وزير النقل خالد الأتاسي أن تكون الرحلة 3 تأخرت."}])
    await expect(page.locator(".statement")).to_have_count(2)
    await expect(page.locator(".statement .content").first).to_contain_text("الرحلة 3 تأخرت")
    await page.get_by_role("button", name="Clear all").click()
    await expect(page.locator(".statement .content").filter(has_text="الرحلة رقم 2 ")).to_have_count(1)


async def test_paused_it_counts_what_is_new(site: Site, page: Page) -> None:
    await expect(page.locator(".statement")).not_to_have_count(0)
    await page.keyboard.press("p")
    await expect(page.locator("#pause")).to_have_text("Resume")
    await site.publish([said(10), said(11)])
    await expect(page.locator(".fresh")).to_have_text("2 new")
    await expect(page.locator(".content").filter(has_text="الرحلة رقم 11 ")).to_have_count(0)
    await page.keyboard.press("n")
    await expect(page.locator(".content").filter(has_text="الرحلة رقم 11 ")).to_have_count(1)
    await expect(page.locator(".fresh")).to_be_hidden()
    await page.keyboard.press("p")
    await expect(page.locator("#pause")).to_have_text("Pause")


async def test_it_works_with_the_keyboard(page: Page) -> None:
    await expect(page.locator(".statement")).not_to_have_count(0)
    await page.keyboard.press("j")
    await expect(page.locator(".statement").nth(0)).to_be_focused()
    await page.keyboard.press("j")
    await expect(page.locator(".statement").nth(1)).to_be_focused()
    await page.keyboard.press("k")
    await expect(page.locator(".statement").nth(0)).to_be_focused()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/#/article/**")
    await page.keyboard.press("/")
    await expect(page.locator("#q")).to_be_focused()
    await page.keyboard.type("الحداد")
    await page.keyboard.press("Enter")
    await expect(page.locator(".actors a")).to_have_text("Sami Al-Haddad")


async def test_a_page_that_opens_meanwhile_leaves_what_is_typed(page: Page) -> None:
    await expect(page.locator(".statement")).not_to_have_count(0)
    await page.locator("#q").focus()
    # In one go: the page learns of its new address only after the letters stand in the box.
    await page.evaluate(
        """() => {
            location.hash = document.querySelector(".statement .to-article").getAttribute("href");
            document.querySelector("#q").value = "الحداد";
        }"""
    )
    await expect(page.locator(".found")).to_be_visible()
    await expect(page.locator("#q")).to_have_value("الحداد")


async def test_what_is_taken_back_is_struck_through(site: Site, page: Page) -> None:
    await expect(page.locator("#connection")).to_have_text("Live")
    await site.publish([said(30)])
    card = page.locator(".statement").filter(has_text="الرحلة رقم 30 ")
    await expect(card).to_have_class("statement indirect")
    await site.publish([{**said(30), "version": 2, "body": "قال وزير النقل خالد الأتاسي إن الرحلة رقم 30 تأخرت."}])
    await expect(card.filter(has_text="وصلت")).to_have_class("statement indirect taken-back")
    await expect(card.filter(has_text="وصلت")).to_contain_text("Taken back: the article was corrected")
    await expect(card.filter(has_text="تأخرت")).to_have_class("statement indirect")
    await site.publish([{"article_id": "flight-30", "version": 3, "status": "canceled", "body": "لا شيء"}])
    await expect(card.filter(has_text="تأخرت")).to_contain_text("the article was withdrawn")
    await page.goto(f"{site.url}#/article/flight-30")
    await expect(page.get_by_role("alert").last).to_contain_text("This article was withdrawn")


async def test_a_cut_stream_is_told_and_goes_on_without_a_gap(site: Site, page: Page) -> None:
    await expect(page.locator("#connection")).to_have_text("Live")
    await site.publish([said(20)])
    flights = page.locator(".content").filter(has_text="الرحلة رقم 2")
    await expect(flights.filter(has_text="رقم 20 ")).to_have_count(1)
    site.gateway.stop(signal.SIGKILL)
    await expect(page.locator("#connection")).to_have_text("Stream cut")
    await expect(page.locator("#banner")).to_contain_text("The stream is cut")
    await site.publish([said(21), said(22)])
    site.gateway.start()
    await expect(page.locator("#connection")).to_have_text("Live")
    await expect(page.locator("#banner")).to_contain_text("goes on where it was cut")
    await site.publish([said(23)])
    for number in (20, 21, 22, 23):
        await expect(page.locator(".content").filter(has_text=f"رقم {number} ")).to_have_count(1)
