"""Hypothesis strategies: little towns, drawn from a seed and a few sizes, so that a failing one shrinks to a smaller town."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.towns import Town, draw_town

DIRTS = (0.0, 0.5, 1.0, 2.0)


def little_towns(
    villages: st.SearchStrategy[int] | None = None,
    layers: st.SearchStrategy[int] | None = None,
    blocks: st.SearchStrategy[int] | None = None,
    dirt: st.SearchStrategy[float] | None = None,
) -> st.SearchStrategy[Town]:
    """Towns of 2–4 villages, 3–6 layers, 4–10 blocks a village, clean to very dirty; any of it may be told."""
    return st.builds(
        draw_town,
        seed=st.integers(0, 100_000),
        villages=villages or st.integers(2, 4),
        layers=layers or st.integers(3, 6),
        blocks=blocks or st.integers(4, 10),
        dirt=dirt or st.sampled_from(DIRTS),
        look=st.sampled_from(("town", "rural", "city", "valley")),
    )
