"""Text as tokens of a vocabulary whose tokens have more than one character.

The rule is simple and takes time in proportion to the text; a framework's own tokenizer may split otherwise. Where a
vocabulary marks pieces of words (``##ing``, ``hel@@``, ``low</w>``, ``▁the``), the mark is honoured; where its tokens
hold spaces, as in `` the``, or are mostly of one or two characters, the longest one is taken at each place; otherwise
its tokens are whole words and signs.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

Piece = tuple[str, str | None]
"""What stood in the text, and the token's text, None where no token fits."""

SPECIAL: Final = re.compile(r"<[^<>\s]*>|\[[^\[\]\s]+\]|__\w+__")
"""The form of tokens such as ``<unk>`` and ``[PAD]``, which no rule about the others counts."""
SPACE_MARK = "▁"
# Scripts that are written without spaces count as signs, so that each character may end a word: Thai to Lao, Khmer,
# Chinese, Japanese.
WORD: Final = re.compile(r"[^\W\u0e00-\u0eff\u1780-\u17ff\u2e80-\ua4cf\uf900-\ufaff\U00020000-\U0003ffff]+")


class LongestMatch:
    """The longest of many texts that begins at a place, found in a sorted list with each one's longest beginning."""

    def __init__(self, texts: Iterable[str]) -> None:
        """``texts`` without the empty one."""
        self.texts = sorted({text for text in texts if text})
        self.longest = max(map(len, self.texts), default=0)
        self.beginning: list[int] = []
        open_texts: list[int] = []
        for index, text in enumerate(self.texts):
            while open_texts and not text.startswith(self.texts[open_texts[-1]]):
                open_texts.pop()
            self.beginning.append(open_texts[-1] if open_texts else -1)
            open_texts.append(index)

    def at(self, text: str, start: int) -> Iterator[str]:
        """Every one that begins at ``start``, the longest first."""
        here = text[start : start + self.longest]
        index = bisect_right(self.texts, here) - 1
        while index >= 0:
            if here.startswith(self.texts[index]):
                yield self.texts[index]
            index = self.beginning[index]


class Splitter:
    """Splits text into tokens by the form of the vocabulary's own."""

    def __init__(self, labels: Sequence[str]) -> None:
        """``labels`` are the vocabulary's texts, all different."""
        ordinary = [label for label in labels if not SPECIAL.fullmatch(label)]
        self.by_character = all(len(label) <= 1 for label in labels)
        """Each token is one character: text needs no splitting."""
        self._all = set(labels)
        self._match = LongestMatch(labels)
        self._folds = not any(label != label.lower() for label in ordinary)
        self._spaces = {character for label in ordinary for character in label if character.isspace()}
        self._blanks = {character for label in ordinary if label.isspace() for character in label}
        self._rule = self._choose(ordinary)

    def _choose(self, ordinary: Sequence[str]) -> Callable[[str], Iterator[Piece]]:
        """The rule that fits the tokens."""
        if all(len(label) <= 1 for label in ordinary):
            self._folds = False
            return self._anywhere
        if any(label.startswith(SPACE_MARK) for label in ordinary) and not self._spaces:
            return self._with_marked_spaces
        following = [label[2:] for label in ordinary if re.match(r"##\w", label)]
        continued = [label[:-2] for label in ordinary if re.search(r"\w@@$", label)]
        if following:
            rest = LongestMatch(following)
            return partial(self._by_words, rule=partial(self._prefixed, rest=rest))
        if continued:
            begun = LongestMatch(continued)
            return partial(self._by_words, rule=partial(self._continued, begun=begun))
        if any(label.endswith("</w>") and len(label) > 4 for label in ordinary):
            return partial(self._by_words, rule=self._ended)
        short = sum(len(label) <= 2 for label in ordinary) > len(ordinary) / 2
        if short or any(label.strip() not in ("", label) for label in ordinary):
            return self._pieces
        return self._words

    def split(self, text: str) -> tuple[list[Piece], bool]:
        """The pieces of the text in order, and whether it was read in lower case because every token is."""
        folded = text
        if self._folds:
            parts = re.split(f"({SPECIAL.pattern})", text)
            folded = "".join(part if part in self._all else part.lower() for part in parts)
        return list(self._rule(folded)), folded != text

    def _anywhere(self, text: str) -> Iterator[Piece]:
        """The longest token at each place; a character that begins none stands alone."""
        place = 0
        while place < len(text):
            found = next(self._match.at(text, place), None)
            yield (found or text[place]), found
            place += len(found or text[place])

    def _pieces(self, text: str) -> Iterator[Piece]:
        """The same, where white space that no token holds only separates."""
        for piece, found in self._anywhere(text):
            if found is not None or not piece.isspace() or piece in self._spaces:
                yield piece, found

    def _with_marked_spaces(self, text: str) -> Iterator[Piece]:
        """Spaces written as a mark before the word, the first word's too."""
        marked = SPACE_MARK + SPACE_MARK.join(text.split())
        for piece, found in self._anywhere(marked):
            if piece != SPACE_MARK or found is not None:
                yield piece, found

    def _words(self, text: str) -> Iterator[Piece]:
        """Tokens that end where a word ends; what no token fits is a word, or one sign, that is unknown."""
        place = 0
        while place < len(text):
            found = next((label for label in self._match.at(text, place) if _ends(text, place + len(label))), None)
            if found is None and text[place].isspace() and text[place] not in self._blanks:
                place += 1
                continue
            piece = found or _word_at(text, place)
            yield piece, found
            place += len(piece)

    def _by_words(self, text: str, rule: Callable[[str], list[str] | None]) -> Iterator[Piece]:
        """Whole tokens or pieces of each word and sign."""
        place = 0
        while place < len(text):
            if text[place].isspace():
                place += 1
                continue
            special = next((label for label in self._match.at(text, place) if SPECIAL.fullmatch(label)), None)
            word = special or _word_at(text, place)
            pieces = [special] if special else rule(word)
            yield from [(piece, piece) for piece in pieces] if pieces else [(word, None)]
            place += len(word)

    def _prefixed(self, word: str, rest: LongestMatch) -> list[str] | None:
        """``token ##iza ##tion``: every piece but the first is marked."""
        first = next(self._match.at(word, 0), None)
        if first is None:
            return None
        pieces, place = [first], len(first)
        while place < len(word):
            found = next(rest.at(word, place), None)
            if found is None:
                return None
            pieces.append("##" + found)
            place += len(found)
        return pieces

    def _continued(self, word: str, begun: LongestMatch) -> list[str] | None:
        """``token@@ iza@@ tion``: every piece but the last is marked."""
        pieces, place = [], 0
        while len(word) - place > self._match.longest or word[place:] not in self._all:
            found = next((piece for piece in begun.at(word, place) if place + len(piece) < len(word)), None)
            if found is None:
                return None
            pieces.append(found + "@@")
            place += len(found)
        return [*pieces, word[place:]]

    def _ended(self, word: str) -> list[str] | None:
        """``token iza tion</w>``: the last piece is marked."""
        pieces = list(self._anywhere(word + "</w>"))
        return None if any(found is None for _, found in pieces) else [piece for piece, _ in pieces]


def _word_at(text: str, place: int) -> str:
    """The word, or the one sign, that begins at a place."""
    word = WORD.match(text, place)
    return word[0] if word else text[place]


def _ends(text: str, end: int) -> bool:
    """Whether a token may end before ``end``: anywhere but within a word."""
    return end >= len(text) or not (WORD.match(text[end - 1]) and WORD.match(text[end]))
