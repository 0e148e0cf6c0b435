"""A network goes on by itself in Explore: what it said is played, marked, and the prompt is never lost."""

import re
from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]


def test_what_the_network_says_is_what_the_api_says(visit: Visit, address: str) -> None:
    page = visit()
    prompt = page.locator("#sequence").input_value()
    model = page.locator("header select").first.input_value()
    page.get_by_role("button", name="Go on").click()
    page.fill("#continue-steps", "12")
    page.fill("#continue-temperature", "0.5")
    page.fill("#continue-seed", "3")
    page.locator(".continue-form button").click()
    own = page.locator(".token.is-own .letter")
    expect(own).to_have_count(12)
    body = {"model": model, "input": {"text": prompt}, "steps": 12, "temperature": 0.5, "seed": 3}
    said = httpx.post(f"{address}/api/v1/generations", json=body).json()
    shown = [text.replace("␣", " ").replace("⏎", "\n") for text in own.all_inner_texts()]
    assert shown == said["labels"]
    expect(page.locator(".file-chip")).to_contain_text("12 said")
    page.get_by_role("button", name="Take the file away").click()
    expect(page.locator("#sequence")).to_have_value(prompt)


def test_it_plays_from_where_the_network_began_to_speak(visit: Visit) -> None:
    page = visit()
    steps = int(page.locator(".step-place").inner_text().split("/")[1])
    page.get_by_role("button", name="Go on").click()
    page.fill("#continue-steps", "4")
    page.locator(".continue-form button").click()
    expect(page.locator(".step-place")).to_have_text(re.compile(rf"{steps + 4} / {steps + 4}"))


def test_a_refusal_is_said_in_words_beside_the_form(visit: Visit) -> None:
    page = visit(allowed="422")
    page.get_by_role("button", name="Go on").click()
    page.fill("#continue-temperature", "-1")
    page.locator(".continue-form button").click()
    expect(page.locator(".continuing .form-error")).to_contain_text("Temperature must be")
