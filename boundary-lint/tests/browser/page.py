"""Uses the page of a report as its readers do. Fails with a sentence; ends with the milliseconds until the page was ready."""

import json
import shutil
import sys

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright


def expect(true, said):
    if not true:
        raise SystemExit(f"the page does not hold: {said}")


def count(page):
    return page.locator("#count").inner_text()


def opened(browser, path, asked, **options):
    context = browser.new_context(offline=True, **options)
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: asked.append(f"an error of the script: {error}"))
    page.on("console", lambda said: asked.append(f"the console: {said.text}") if said.type == "error" else None)
    page.on("dialog", lambda dialog: asked.append("a dialog"))
    page.goto(f"file://{path}")
    page.wait_for_selector("html[data-ready=yes]")
    return page


def readable(page, what):
    found = Axe().run(page).response["violations"]
    short = [(rule["id"], [node["html"][:120] for node in rule["nodes"][:3]]) for rule in found]
    expect(not found, f"{what}: {json.dumps(short)}")


def used(page):
    rows = page.locator("#rows tbody tr")
    expect(count(page) == "25 of 25 shown" and rows.count() == 25, count(page))

    # Search, from the keyboard.
    page.keyboard.press("/")
    expect(page.evaluate("document.activeElement.id") == "search", "the slash leads to the search")
    page.keyboard.type("customers email")
    expect(count(page) == "1 of 25 shown", count(page))
    expect("user.contact.email" in rows.first.inner_text(), rows.first.inner_text())
    page.keyboard.press("Control+a")
    page.keyboard.type("no such thing")
    expect(count(page) == "0 of 25 shown" and rows.count() == 0, count(page))
    expect(page.locator("#page").inner_text() == "no row matches", "it says that nothing matches")
    page.get_by_role("button", name="Show all").click()
    page.get_by_text("25 of 25 shown").wait_for()

    # Filters, which hold together.
    page.get_by_label("Held").select_option("sealed")
    expect(count(page) == "6 of 25 shown", count(page))
    page.get_by_label("Purpose").select_option(label="marketing (consent) (2)")
    expect(count(page) == "2 of 25 shown", count(page))
    page.get_by_label("Sensitivity").select_option("sensitive")
    expect(count(page) == "0 of 25 shown", count(page))
    page.get_by_role("button", name="Show all").click()
    page.get_by_text("25 of 25 shown").wait_for()

    # Details, and a link to file and line.
    first = rows.first
    first.locator("summary").click()
    expect(first.locator("details dd").first.is_visible(), "details open")
    link = first.locator("a.name").get_attribute("href")
    expect(link.startswith("https://example.com/blob/main/model/src/") and "#L" in link, link)

    # Everything can be reached with the tabulator alone, in the order of the page, and shows that it has the focus.
    page.reload()
    page.wait_for_selector("html[data-ready=yes]")
    met, shown = [], set()
    for _ in range(200):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            """() => { const at = document.activeElement; return [at.id || at.className || at.tagName,
                getComputedStyle(at).outlineStyle + getComputedStyle(at).outlineWidth]; }"""
        )
        if name == "BODY":
            break
        met.append(name)
        shown.add(outline)
    for name in ["skip", "search", "by-residency", "name", "picture"]:
        expect(name in met, f"{name} is among what has the focus: {met}")
    expect(met[0] == "skip" and met.index("search") < met.index("picture"), f"in order: {met}")
    expect(all("none" not in outline and not outline.endswith("0px") for outline in shown), f"the focus is seen: {shown}")

    # Paper gets every row, with its details.
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#rows details[open]").count() == 25, "all details are printed")
    expect(not page.locator("#filters").is_visible(), "filters are not printed")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")


def main(small, large, rows):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    expect(chromium, "chromium is installed")
    asked = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for theme in ["light", "dark"]:
            for width in [1280, 390]:
                page = opened(browser, small, asked, color_scheme=theme, viewport={"width": width, "height": 800})
                readable(page, f"{theme}, {width} wide")
                over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                expect(over <= 0, f"{theme}, {width} wide: the page is {over} too wide")
                if theme == "light" and width == 1280:
                    used(page)
        page = opened(browser, large, asked)
        expect(count(page) == f"{rows} of {rows} shown", count(page))
        took = page.evaluate("performance.now()")
        page.get_by_role("button", name="Later rows").click()
        expect(page.locator("#page").inner_text() == "rows 101 to 200", page.locator("#page").inner_text())
        page.get_by_label("Search").fill("column_00001")
        expect(page.locator("#rows tbody tr").count() > 0, "a search among many finds something")
        browser.close()
    outside = [url for url in asked if not url.startswith("file:///")]
    expect(not outside and len(asked) == 6, f"nothing is loaded besides the page: {asked}")
    print(round(took))


main(sys.argv[1], sys.argv[2], sys.argv[3])
