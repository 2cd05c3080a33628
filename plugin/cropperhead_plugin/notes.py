"""Suggestions, noted in the journal."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from cropperhead_core.content import content_key
from cropperhead_core.journal import Journal, Suggested

if TYPE_CHECKING:
    from cropperhead_core.suggestion import Suggestion
    from cropperhead_core.wishes import Wishes

__all__ = ["note"]


def note(journal: Journal, suggestion: Suggestion, wishes: Wishes) -> None:
    """Keep a suggestion in the journal."""
    crops = tuple(ranked.crop for ranked in suggestion.crops)
    asked = asdict(wishes)
    kept = Suggested(suggestion.size, crops, suggestion.model, suggestion.verdict, asked)
    journal.record_suggestion(suggestion.photo, content_key(suggestion.photo), kept)
