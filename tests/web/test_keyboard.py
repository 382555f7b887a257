"""The candidates' pages without a mouse: every step by keys, and the focus always where it is seen."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.support.serving import Served
from tests.web.browsing import Tabs
from tests.web.inviting import invited, let_grades_be_seen, record

_MOST_STEPS = 60

# What has the focus shows it by an outline, its own or that of what it lies in.
_SEEN = """element => {
  for (let each = element; each; each = each.parentElement) {
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    if (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) return true;
  }
  return false;
}"""


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus, which is to be seen at every step."""
    for _ in range(_MOST_STEPS):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count():
            assert focused.evaluate(_SEEN), focused.evaluate("element => element.outerHTML")
            if wanted.evaluate("element => element === document.activeElement"):
                return
    raise AssertionError(f"{wanted} is not reached by Tab")


def test_a_question_is_chosen_answered_and_read_by_keys(tabs: Tabs) -> None:
    page = tabs.open("/")
    question = page.get_by_role("link", name="What about queues?")
    expect(question).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    tab_to(page, question)
    page.keyboard.press("Enter")
    answer = page.get_by_role("textbox", name="Your answer")
    expect(answer).to_be_visible()
    tab_to(page, answer)
    page.keyboard.type("It has alpha and beta.")
    page.keyboard.press("Control+Enter")
    # Whoever does not see the page is told: the result's heading gets the focus.
    expect(page.locator("#result-title")).to_be_focused()


def test_an_invited_candidate_needs_no_mouse(site: Served, tabs: Tabs) -> None:
    let_grades_be_seen(site)
    path, invite_id = invited(site)
    page = tabs.open(path)
    agree = page.get_by_label("I agree")
    expect(agree).to_be_visible()
    tab_to(page, agree)
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Show the question"))
    page.keyboard.press("Enter")
    answer = page.get_by_label("Your answer")
    expect(answer).to_be_visible()
    tab_to(page, answer)
    page.keyboard.type("It has alpha.")
    tab_to(page, page.get_by_role("button", name="Hand in"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    # Escape closes it, and the focus goes back to where it was.
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Hand in")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, dialog.get_by_role("button", name="Hand in"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your answer is handed in")).to_be_focused()
    assert record(site, invite_id)["status"] == "submitted"
