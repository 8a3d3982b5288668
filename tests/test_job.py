"""Work for a page in a thread of its own."""

import threading
import time

import pytest

from app import job as jobs
from app.job import Job
from geo.errors import PlanMapError


def ended(job: Job) -> Job:
    job.start()
    deadline = time.monotonic() + 10
    while not job.over and time.monotonic() < deadline:
        time.sleep(0.005)
    assert job.over
    return job


def endless(progress):
    for step in range(2000):
        progress(step, 2000)
        time.sleep(0.005)
    raise AssertionError("nobody stopped it")


def test_what_is_made_is_kept():
    job = ended(Job("key", lambda progress: "what was made", lambda: True))
    assert (job.made, job.fault, job.failed, job.cancelled) == ("what was made", None, False, False)


def test_it_ends_when_it_is_cancelled():
    job = Job("key", endless, lambda: True)
    threading.Timer(0.1, job.cancel).start()
    ended(job)
    assert (job.made, job.failed, job.cancelled) == (None, False, True)
    assert 0 < job.done < job.total == 2000


def test_it_ends_when_the_page_is_left(monkeypatch):
    monkeypatch.setattr(jobs, "GRACE_S", 0.1)
    job = ended(Job("key", endless, lambda: False))
    assert (job.made, job.failed, job.cancelled) == (None, False, True)


def test_a_short_loss_of_the_line_does_not_end_it(monkeypatch):
    monkeypatch.setattr(jobs, "GRACE_S", 0.5)
    start = time.monotonic()

    def make(progress):
        while time.monotonic() < start + 1:
            progress(0, 1)
        return "what was made"

    job = ended(Job("key", make, lambda: not 0.2 < time.monotonic() - start < 0.4))
    assert job.made == "what was made"


def test_a_fault_is_told():
    def make(progress):
        raise PlanMapError("atlas-empty")

    job = ended(Job("key", make, lambda: True))
    assert job.fault is not None
    assert job.fault.code == "atlas-empty"


def test_an_error_of_ours_is_told_without_its_words(capsys: pytest.CaptureFixture[str]):
    def make(progress):
        raise ZeroDivisionError

    job = ended(Job("key", make, lambda: True))
    assert job.failed
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_what_is_asked_for_twice_is_begun_once(monkeypatch):
    values = {}
    monkeypatch.setattr(jobs.session, "state", lambda: values)
    monkeypatch.setattr(jobs, "session_check", lambda: lambda: True)
    jobs.begin("work", "key", endless)
    first = jobs.job_of("work")
    jobs.begin("work", "key", endless)
    assert jobs.job_of("work") is first
    assert not first.cancelled
    jobs.begin("work", "another", endless)
    assert first.cancelled
    assert jobs.job_of("work", "key") is None
    jobs.leave("work", "another")
    assert not jobs.job_of("work").cancelled
    jobs.leave("work")
    assert jobs.job_of("work", "another").cancelled
