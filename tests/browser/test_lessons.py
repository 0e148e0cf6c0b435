"""All lessons as somebody takes them, on the bundled networks; and their machines, computed again by hand."""

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from gatescope.core.pretrained import pretrained
from tests.browser.measuring import resized
from tests.browser.serving import serving

Visit = Callable[..., Page]
Rows = list[list[float]]

# What to answer, question by question: an option's id, a number, a unit as an int, None for a goal.
LESSONS: dict[str, list[str | float | int | None]] = {
    "forgets": ["tenth", None, "sign"],
    "carry": [1.5, None, "one"],
    "forget": ["all", None],
    "add": ["all", None, "candidate"],
    "output": ["cell", None, "all"],
    "latch": ["forget_gate", None, "fades"],
    "counter": [7.0, "small", None],
    "delay": ["one", None, 21.0],
    "build": ["half", None, None, None],
    "gru": ["one", None, "no"],
    "bias": ["few", None, 103.0],
    "vanish": ["nothing", None, None],
    "clip": ["away", None, "smaller"],
    "depth": [5, "partly"],
    "reach": [126, "most", "shuts"],
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with the bundled networks, which the last lessons read."""
    with serving(tmp_path_factory.mktemp("lessons"), pretrained()) as address:
        yield address


@pytest.fixture
def learn(visit: Visit) -> Visit:
    """Opens the list of lessons, or one of them with whatever else the address says."""

    def open_lesson(lesson: str = "", **options: object) -> Page:
        page = visit(f"#view=learn{lesson and '&lesson='}{lesson}", ready=False, **options)
        expect(page.locator(".learn h1").filter(visible=True)).to_be_visible()
        return page

    return open_lesson


def answer(page: Page, index: int, given: str | float | int | None, solutions: dict[str, Any]) -> None:
    """Answers one question the way it is asked."""
    question = page.locator(".question").nth(index)
    if given is None:
        name = str(question.get_attribute("aria-labelledby")).removeprefix("question-").removesuffix("-ask")
        for control, value in solutions[name].items():
            field = page.locator(f'[data-control="{control}"] input[type=number]')
            field.fill(str(value))
            field.press("Enter")
    elif isinstance(given, str):
        question.locator(f'input[value="{given}"]').check()
        question.get_by_role("button", name="Answer").click()
    elif isinstance(given, float):
        question.locator(".answer-number").fill(f"{given:g}")
        question.locator(".answer-number").press("Enter")
    else:
        page.locator("#lesson-unit").fill(str(given))
        page.locator("#lesson-unit").press("Enter")
        question.get_by_role("button", name=f"It is unit {given}").click()


def solutions(page: Page) -> dict[str, dict[str, dict[str, float]]]:
    """What meets the goals of each lesson."""
    found: dict[str, dict[str, dict[str, float]]] = page.evaluate("""async () => {
      const { LESSONS } = await import("/static/lessons/lessons.js");
      return Object.fromEntries(LESSONS.map((lesson) => [lesson.id, Object.fromEntries(
        lesson.questions.filter(({ kind }) => kind === "goal").map((goal) => [goal.id, goal.solution]))]));
    }""")
    return found


def test_all_lessons_from_the_first_to_the_last(learn: Visit) -> None:
    page = learn()
    known = solutions(page)
    assert list(known) == list(LESSONS)
    page.get_by_role("link", name="Begin").click()
    for number, (lesson, answers) in enumerate(LESSONS.items()):
        expect(page.locator(".lesson-place")).to_contain_text(f"{number + 1} of {len(LESSONS)}")
        for index, given in enumerate(answers):
            answer(page, index, given, known[lesson])
            expect(page.locator(".question").nth(index)).to_have_class(re.compile("is-solved"))
        expect(page.locator(".lesson-done")).to_contain_text("All answered")
        page.locator(".lesson-ways .is-next").click()
    expect(page.locator(".contents-total")).to_contain_text(re.compile(r"^(\d+) of \1 questions answered"))
    expect(page.locator(".lesson-entry.is-done")).to_have_count(len(LESSONS))
    expect(page).to_have_url(re.compile("#view=learn$"))
    page.reload()
    expect(page.locator(".lesson-entry.is-done")).to_have_count(len(LESSONS))
    page.get_by_role("button", name="Forget my progress").click()
    expect(page.locator(".lesson-entry.is-done")).to_have_count(0)


def test_a_prediction_comes_before_the_picture(learn: Visit) -> None:
    page = learn("forgets")
    expect(page.locator(".lesson-cover")).to_be_visible()
    expect(page.locator(".question")).to_have_count(1)
    expect(page.get_by_role("button", name="Answer")).to_be_disabled()
    page.locator('input[value="most"]').check()
    page.get_by_role("button", name="Answer").click()
    verdict = page.locator(".lesson-verdict").first
    expect(verdict).to_have_attribute("data-tone", "bad")
    expect(verdict).to_contain_text("7.5 % of it")
    expect(page.locator(".lesson-cover")).to_be_hidden()
    expect(page.locator(".learn .carry-plot")).to_be_visible()
    expect(page.locator(".question")).to_have_count(3)
    expect(page.locator(".question").first).not_to_have_class(re.compile("is-solved"))


def test_a_teacher_links_to_a_lesson_with_its_weights(learn: Visit) -> None:
    page = learn("latch&wi=-20&wf=-20&sequence=turned.round&step=4")
    expect(page.locator(".lesson-cover")).to_be_hidden()
    expect(page.locator('[data-control="wi"] input[type=number]')).to_have_value("-20")
    expect(page.locator(".step-words")).to_have_text("Step 5 of 12, reads 0")
    expect(page.locator(".ribbon", has_text="wanted").locator(".token .letter")).to_have_text(list("001111110000"))
    expect(page.locator(".written-line").first).to_contain_text("f = σ(−20 · x + 10)")
    expect(page.locator(".question").nth(1).locator(".trial[data-tone=good]")).to_have_count(4)
    slider = page.locator('[data-control="wi"] input[type=range]')
    slider.focus()
    slider.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"wi=-19\.5"))
    page.get_by_role("button", name="Back to the first numbers").click()
    expect(page).to_have_url(re.compile(r"lesson=latch(?!.*wi=)"))
    page.get_by_role("link", name="A counter").click()
    expect(page.locator(".lesson-head h1")).to_have_text("A counter")
    expect(page).to_have_url(re.compile("lesson=counter"))
    page.go_back()
    expect(page.locator(".lesson-head h1")).to_have_text("A latch")


def test_a_sequence_of_ones_own(learn: Visit) -> None:
    page = learn("counter&step=0")
    field = page.locator("#lesson-sequence")
    field.fill("1 1 two")
    expect(page.locator("#lesson-message")).to_have_text("Step 3, “two”, is not a number.")
    field.fill("1 1 1")
    expect(page.locator("#lesson-message")).to_have_text("")
    expect(page.locator(".step-words")).to_have_text("Step 3 of 3, reads 1")
    expect(page.locator(".written-line", has_text="c₋₁")).to_contain_text("= 2.985")
    expect(page).to_have_url(re.compile(r"own=1\+1\+1"))


def test_hints_and_a_solution(learn: Visit) -> None:
    page = learn("bias&b=1.5")
    goal = page.locator(".question").nth(1)
    for _ in range(2):
        goal.get_by_role("button", name=re.compile("hint", re.IGNORECASE)).click()
    expect(goal.locator(".lesson-hints li")).to_have_count(2)
    goal.get_by_role("button", name="Show one solution").click()
    expect(goal.locator(".lesson-verdict")).to_have_attribute("data-tone", "good")
    expect(page.locator(".curve-words")).to_contain_text("half of it is left after 48.9 steps")


def test_a_lesson_leads_on_to_training(learn: Visit) -> None:
    page = learn("bias&b=2")
    page.get_by_role("link", name="one whose forget bias is 3").click()
    expect(page.locator("#train")).to_be_visible()
    expect(page).to_have_url(re.compile(r"view=train&task=recall&cells=lstm&p\.forget_bias=3"))
    page.go_back()
    expect(page.locator(".lesson-head h1")).to_have_text("The forget bias")


def test_nothing_stands_out_over_the_edge(learn: Visit) -> None:
    page = learn("gru&zb=10", width=390, height=844)
    expect(page.locator(".learn .carry-plot")).to_have_count(2)
    for lesson in ("gru", "delay", "clip", "reach"):
        page.evaluate(f"location.hash = '#view=learn&lesson={lesson}&step=3'")
        expect(page.locator(".step-words")).to_contain_text("Step 4")
        for width in (2560, 390):
            resized(page, width, 844)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (lesson, width)


def test_on_a_phone_what_is_made_of_an_answer_or_a_slider_is_in_sight(learn: Visit) -> None:
    page = learn("latch", width=390, height=844)
    page.locator('input[value="input_gate"]').check()
    page.get_by_role("button", name="Answer").click()
    expect(page.locator(".question .lesson-verdict").first).to_be_in_viewport(ratio=1)
    echo = page.locator(".lesson-echo")
    slider = page.locator('[data-control="wi"] input[type=range]')
    slider.scroll_into_view_if_needed()
    expect(echo).to_have_text(re.compile("^Not yet. ."))
    expect(echo).to_be_in_viewport(ratio=1)
    for control, value in solutions(page)["latch"]["turned"].items():
        page.locator(f'[data-control="{control}"] input[type=number]').fill(str(value))
        page.locator(f'[data-control="{control}"] input[type=number]').press("Enter")
    expect(echo).to_have_text(re.compile("^Right. ."))
    expect(echo).to_be_in_viewport(ratio=1)


# The machines, computed again one number at a time, without the core.


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def sums(parameters: dict[str, Any], x: list[float], h: list[float], bias: str = "bias") -> list[float]:
    """What stands inside the activations, column by column."""
    return [
        sum(x[d] * parameters["kernel"][d][k] for d in range(len(x)))
        + sum(h[j] * parameters["recurrent_kernel"][j][k] for j in range(len(h)))
        + parameters[bias][k]
        for k in range(len(parameters[bias]))
    ]


def lstm(parameters: dict[str, Any], rows: Rows) -> tuple[list[float], list[float]]:
    """Cell and hidden state of one unit after each step."""
    c, h, cells, hidden = 0.0, 0.0, [], []
    for x in rows:
        i, f, g, o = sums(parameters, x, [h])
        c = sigmoid(f) * c + sigmoid(i) * math.tanh(g)
        h = sigmoid(o) * math.tanh(c)
        cells.append(c)
        hidden.append(h)
    return cells, hidden


def gru(parameters: dict[str, Any], rows: Rows) -> list[float]:
    """The hidden state of one unit whose recurrent weights are 0, after each step."""
    h, hidden = 0.0, []
    for x in rows:
        _, z, n = sums(parameters, x, [h])
        h = sigmoid(z) * h + (1 - sigmoid(z)) * math.tanh(n)
        hidden.append(h)
    return hidden


def chain(parameters: dict[str, Any], rows: Rows) -> list[list[float]]:
    """The hidden states of simple units after each step."""
    h, hidden = [0.0] * len(parameters["bias"]), []
    for x in rows:
        h = [math.tanh(inside) for inside in sums(parameters, x, h)]
        hidden.append(h)
    return hidden


def holds(orders: list[float], states: list[float]) -> bool:
    """Whether a state is above 0.5 from every 1 to the next −1, and near 0 else."""
    bit = 0.0
    for order, state in zip(orders, states, strict=True):
        bit = order or bit
        if not (state > 0.5 if bit > 0 else abs(state) < 0.2):
            return False
    return True


@pytest.fixture(scope="module")
def machines(browser: Any, address: str) -> dict[str, dict[str, Any]]:
    """Every goal's network with its solution in it, and the sequences that it is tried on."""
    page = browser.new_page()
    page.goto(address)
    found: dict[str, dict[str, Any]] = page.evaluate("""async () => {
      const { LESSONS } = await import("/static/lessons/lessons.js");
      const { initialSettings } = await import("/static/lessons/networks.js");
      const machine = (lesson, goal) => {
        const settings = { ...initialSettings(lesson.controls), ...goal.solution };
        const sequences = (goal.sequences ?? lesson.sequences)(settings).map(({ values }) => values);
        return [`${lesson.id}/${goal.id}`, { sketch: lesson.networks(settings)[0].sketch, sequences }];
      };
      const goals = (lesson) => lesson.questions.filter(({ kind }) => kind === "goal");
      return Object.fromEntries(LESSONS.flatMap((lesson) => goals(lesson).map((goal) => machine(lesson, goal))));
    }""")
    page.close()
    return found


def traced(address: str, sketch: dict[str, Any], rows: Rows, quantity: str) -> Rows:
    body = {"sketch": sketch, "input": {"values": rows}, "quantities": [quantity]}
    answer = httpx.post(f"{address}/api/v1/traces", json=body).raise_for_status().json()
    states: Rows = answer["layers"][0]["quantities"][quantity]
    return states


@pytest.mark.parametrize(("name", "sign"), [("build/hold", 1), ("latch/turned", -1)])
def test_the_latch_holds(address: str, machines: dict[str, dict[str, Any]], name: str, sign: int) -> None:
    sketch, sequences = machines[name]["sketch"], machines[name]["sequences"]
    noisy = [[0.0], [float(sign)], *[[0.02 * (-1) ** step] for step in range(200)], [-float(sign)], [0.0]]
    for rows in sequences:
        _, hidden = lstm(sketch["parameters"], rows)
        assert holds([sign * row[0] for row in rows], hidden)
        assert [row[0] for row in traced(address, sketch, rows, "hidden_state")] == pytest.approx(hidden, abs=1e-12)
    _, hidden = lstm(sketch["parameters"], noisy)
    assert min(hidden[1:-2]) > 0.5 > 0.2 > abs(hidden[-1])


def test_the_counter_counts(address: str, machines: dict[str, dict[str, Any]]) -> None:
    sketch, sequences = machines["counter/down"]["sketch"], machines["counter/down"]["sequences"]
    for rows in sequences:
        cells, _ = lstm(sketch["parameters"], rows)
        counts = [sum(row[0] for row in rows[: step + 1]) for step in range(len(rows))]
        assert cells == pytest.approx(counts, abs=0.2)
        assert [row[0] for row in traced(address, sketch, rows, "cell_state")] == pytest.approx(cells, abs=1e-12)


def test_the_toggle_turns_over_at_every_one(address: str, machines: dict[str, dict[str, Any]]) -> None:
    sketch, sequences = machines["build/toggle"]["sketch"], machines["build/toggle"]["sequences"]
    for rows in sequences:
        _, hidden = lstm(sketch["parameters"], rows)
        odd = [sum(row[0] for row in rows[: step + 1]) % 2 == 1 for step in range(len(rows))]
        assert [state > 0.5 for state in hidden] == odd
        assert [row[0] for row in traced(address, sketch, rows, "hidden_state")] == pytest.approx(hidden, abs=1e-12)


def test_the_delay_delays(address: str, machines: dict[str, dict[str, Any]]) -> None:
    sketch, sequences = machines["delay/two"]["sketch"], machines["delay/two"]["sequences"]
    for rows in sequences:
        hidden = chain(sketch["parameters"], rows)
        read = [0.0, 0.0, *[row[0] for row in rows[:-2]]]
        assert [round(states[2]) for states in hidden] == read
        for mine, theirs in zip(hidden, traced(address, sketch, rows, "hidden_state"), strict=True):
            assert theirs == pytest.approx(mine, abs=1e-12)


def test_the_gru_does_the_latch_s_job(address: str, machines: dict[str, dict[str, Any]]) -> None:
    sketch, sequences = machines["gru/latch"]["sketch"], machines["gru/latch"]["sequences"]
    for rows in sequences:
        hidden = gru(sketch["parameters"], rows)
        assert holds([put - away for put, away in rows], hidden)
        assert [row[0] for row in traced(address, sketch, rows, "hidden_state")] == pytest.approx(hidden, abs=1e-12)
