"""One statement about one task."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from layers.plan.attachment import Attachment
from layers.plan.terms import Basis, Confidence, Measurement, Moment, PartialDate, Period, Source, Status, Text


@dataclass(frozen=True, slots=True)
class Event:
    """One dated statement about one task. Events are only ever added.

    An event that turned out to be wrong is named by a later one about the same task, which withdraws or corrects it.
    """

    id: str = field(default="", kw_only=True)
    """Empty only until the event is part of a plan."""
    task_id: str
    date: PartialDate
    """When the statement was made public."""
    basis: Basis
    status: Status | None
    """None for a figure or remark that does not settle the status."""
    measured: Measurement | None
    """The figure that the statement gives; None without one."""
    period: Period | None
    """The months that the statement is about; None if it is about the day it was made public."""
    summary: Text
    source: Source
    confidence: Confidence
    recorded_by: str
    recorded_at: Moment
    withdraws: str = ""
    """Id of an earlier event that does not count once this one is public; this one itself states nothing else."""
    corrects: str = ""
    """Id of an earlier event in whose place this one counts."""
    attachments: tuple[Attachment, ...] = ()
    """Files that were recorded with it; their contents stay in the store."""

    @property
    def effective_day(self) -> dt.date:
        """The day that the statement describes: a half-year report published in August describes the end of June."""
        made = self.date.last_day
        return min(made, self.period.last.last_day) if self.period else made
