"""Take the guide's pictures from a run's report: ``python docs/take_pictures.py runs/xinjiang``.

Needs playwright and Pillow, which are not among the dependencies, and a Chromium (``CHROMIUM`` names it).
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
SIZE = {"width": 1600, "height": 1238}
APPRAISAL = (("business", 1100), ("equity", 1240), ("carbon", 700))
"""Sections of the appraisal, and how much of each is shown."""

ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
    "--use-gl=angle",
    "--use-angle=swiftshader",
]


def save(page: Page, name: str, selector: str = "", height: int | None = None) -> None:
    """Save what is on the screen, or one element, no higher than `height` pixels, as WebP."""
    shot = page.locator(selector).first.screenshot() if selector else page.screenshot()
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    if height:
        picture = picture.crop((0, 0, picture.width, min(height, picture.height)))
    picture.save(PICTURES / f"{name}.webp", quality=82, method=6)


def settle(page: Page) -> None:
    """Wait until the map has drawn what it was told."""
    page.wait_for_timeout(6_000)


def main(run: Path) -> None:
    """Take all pictures of a run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS
        )
        page = browser.new_page(viewport=SIZE, reduced_motion="reduce")
        page.goto((run / "report.html").resolve().as_uri())
        page.wait_for_selector('#map-frame[data-ready="yes"]')
        save(page, "report-head")
        settle(page)
        save(page, "map-last-year", "#map-frame")
        # The bar of contents follows the reader; a picture longer than the screen would show it in the middle.
        page.evaluate("() => { document.querySelector('.contents').style.position = 'static'; }")
        for name, height in (("money", 775), ("coverage", 1640), ("proof", 560), ("assumptions", 770), *APPRAISAL):
            save(page, name, f"#{name}", height)
        page.fill("#find", "Kashgar")
        page.press("#find", "Enter")
        settle(page)
        save(page, "map-popup", "#map-frame")
        page.reload()
        page.wait_for_selector('#map-frame[data-ready="yes"]')
        page.select_option("#project", label="Livelihood")
        page.evaluate(
            "() => { const y = document.getElementById('year'); y.value = y.min;"
            " y.dispatchEvent(new Event('input', { bubbles: true })); }"
        )
        settle(page)
        save(page, "map-first-year", "#map-frame")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
