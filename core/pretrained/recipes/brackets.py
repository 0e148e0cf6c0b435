"""``brackets``: nested brackets, and quotes in which brackets do not count."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...activations import Array
from ...encoding import encode
from ...initialisation import initial_network
from ...network import Network, Vocabulary
from ...tasks.bracket_grammar import CHARACTERS, advance, generate
from ...tasks.language import trigram_bits
from ...trace import trace
from ...training import Batch
from .language import bits_per_character, windows
from .recipe import Settings

EXAMPLES = {
    "Nesting": "(a(b(c)b)a)\n",
    "Quotes hide brackets": 'a("b)]c"[a]b)\n',
    "Deep": "((((((((a))))))))\n",
    "Two kinds": "[(a)(b[c])]a\n",
    "Long": '(a[b"c)a(b"]c)a b([a](b)[c "]a["]a)b\n',
}


class Brackets:
    """A small LSTM whose counting units can be seen."""

    name = "brackets"
    settings = Settings(updates=10_000, learning_rate=1e-2, batch_size=64, steps=240)
    carry_state = False
    vocabulary = Vocabulary(CHARACTERS, unknown=len(CHARACTERS) - 1)
    training_length, held_out_length = 1_000_000, 100_000

    def prepare(self, settings: Settings) -> None:
        """Draw training and held-out text from the grammar."""
        rng = np.random.default_rng(settings.seed)
        text, _ = generate(self.training_length, rng)
        self.held_out_text, self.held_out_bits = generate(self.held_out_length, rng)
        ids = self.vocabulary.ids
        self.training = np.array([ids[character] for character in text], np.int64)
        # One character in 500 is replaced, so that the network has met its unknown token.
        self.training[rng.random(len(self.training)) < 0.002] = len(CHARACTERS) - 1
        self.held_out = np.array([ids[character] for character in self.held_out_text], np.int64)

    def initial(self, rng: np.random.Generator) -> Network:
        """One layer of 16 units behind an embedding of 8."""
        return initial_network("lstm", (16,), rng, readout="softmax", vocabulary=self.vocabulary, embedding_size=8)

    def batches(self, settings: Settings, rng: np.random.Generator) -> Iterator[Batch]:
        """Windows that begin with a line, so that the state of zeros comes to mean that nothing is open."""
        starts = np.flatnonzero(self.training == 0) + 1
        return windows(self.training, starts, settings.batch_size, settings.steps, rng)

    def finish(self, network: Network) -> Network:
        """Nothing to fold in."""
        return network

    @property
    def card(self) -> Mapping[str, Any]:
        """The parts of the card that are not measured."""
        return {
            "title": "Nested brackets and quotes",
            "description": (
                "A small LSTM with 16 units that predicts the next character of nested brackets, up to 8 deep, with "
                "quotes inside which brackets do not count. Some units count how deep the nesting is; others switch "
                "while a quote is open."
            ),
            "data": (
                f"{self.training_length:,} characters drawn from a small grammar (core/tasks/bracket_grammar.py), "
                f"{self.held_out_length:,} further characters held out."
            ),
            "licence": "Text and weights: MIT, like the rest of Gatescope.",
            "example_inputs": [{"name": name, "input": {"text": text}} for name, text in EXAMPLES.items()],
        }

    def results(self, network: Network) -> dict[str, Any]:
        """Bits per character beside the baseline and the grammar's own entropy, and which units count."""
        depth, quote = self._structure()
        states = trace(network, encode(network, text=self.held_out_text)).layers[0].quantities["cell_state"]
        return {
            "measure": "bits per character on held-out text (lower is better)",
            "network": round(bits_per_character(network, self.held_out), 3),
            "baseline": round(trigram_bits(self.training, self.held_out, len(CHARACTERS)), 3),
            "baseline_name": "3-gram model with Witten-Bell smoothing, same training text",
            "best_possible": round(float(self.held_out_bits.mean()), 3),
            "best_possible_name": "entropy of the grammar itself on the held-out text",
            "units": [self._follows(states, depth, "depth of nesting"), self._follows(states, quote, "inside a quote")],
        }

    def _structure(self) -> tuple[Array, Array]:
        """Depth and whether a quote is open after each held-out character."""
        stack, quoted, depth, quote = "", False, [], []
        for character in self.held_out_text:
            stack, quoted = advance(stack, quoted, character)
            depth.append(len(stack))
            quote.append(quoted)
        return np.array(depth, float), np.array(quote, float)

    @staticmethod
    def _follows(states: Array, signal: Array, name: str) -> dict[str, Any]:
        """The unit whose cell state is most correlated with a signal over the held-out text."""
        correlations = [float(np.corrcoef(states[:, unit], signal)[0, 1]) for unit in range(states.shape[1])]
        unit = int(np.argmax(np.abs(correlations)))
        return {"follows": name, "unit": unit, "correlation": round(correlations[unit], 3)}
