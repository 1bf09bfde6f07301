"""What candidate spans are priced by: a metre of their item, or the pieces a radio span is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.facts import Facts, Floats, Indices
from karez.model.catalogue import Catalogue
from karez.units import round_money


@dataclass(frozen=True)
class SpanParts:
    """Items of spans, sorted by span; fibre that exists has none.

    Parameters
    ----------
    span : int64[parts]
        Span it belongs to.
    item : int64[parts]
        Row of the catalogue.
    quantity : float64[parts]
        Metres of routes, pieces of radio.
    amount : float64[parts]
        Real money, two decimals.
    """

    span: Indices
    item: Indices
    quantity: Floats
    amount: Floats

    @classmethod
    def of(cls, facts: Facts, item: Indices, catalogue: Catalogue) -> SpanParts:
        """Put together the parts of all spans.

        Parameters
        ----------
        facts : Facts
            Lengths, and what radio spans are made of.
        item : int64[spans]
            Row of the catalogue that prices a metre; −1 where nothing does.
        catalogue : Catalogue
            Converted.
        """
        by_metre = np.flatnonzero(item >= 0)
        span = np.concatenate([by_metre, facts.part_span])
        of_part = np.concatenate([item[by_metre], catalogue.table.index.get_indexer(pd.Index(facts.part_item))])
        quantity = np.concatenate([facts.length_m[by_metre], facts.part_quantity])
        order = np.argsort(span, kind="stable")
        rate = catalogue.table["rate_real"].to_numpy(dtype=np.float64)
        row, many = of_part[order].astype(np.int64), quantity[order]
        return cls(span[order].astype(np.int64), row, many, round_money(many * rate[row]))

    def sums(self, per_part: Floats, spans: int) -> Floats:
        """Sums over the parts of every span: float64[spans]."""
        return np.bincount(self.span, weights=per_part, minlength=spans).astype(np.float64)

    def first(self, spans: int) -> npt.NDArray[np.int64]:
        """Where the parts of every span begin: int64[spans + 1]."""
        return np.searchsorted(self.span, np.arange(spans + 1)).astype(np.int64)

    def of_spans(self, span: npt.NDArray[np.integer], spans: int) -> tuple[Indices, Indices]:
        """Parts of some spans, one after the other: place of the span in `span`, and row of the part."""
        first = self.first(spans)
        size = np.diff(first)[span]
        place = np.repeat(np.arange(len(span)), size)
        start = np.repeat(first[:-1][span] - (np.cumsum(size) - size), size)
        return place, start + np.arange(len(place))

    def table(self, catalogue: Catalogue) -> pd.DataFrame:
        """The parts as a table; see ``Prices.span_parts``."""
        return pd.DataFrame(
            {
                "span": self.span,
                "item": catalogue.table.index.to_numpy(dtype=object)[self.item],
                "quantity": self.quantity,
                "amount_real": self.amount,
            }
        )
