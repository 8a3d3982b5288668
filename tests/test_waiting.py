"""A save that has to wait says so where it waits."""

import threading

from streamlit.testing.v1 import AppTest

from app import waiting


def page() -> None:
    import streamlit as st

    from app.waiting import told

    st.session_state["language"] = "en"
    st.write(told(st.session_state["action"]))


def run(action):
    at = AppTest.from_function(page, default_timeout=90)
    at.session_state["action"] = action
    return at.run()


def test_whoever_waits_is_told_and_gets_the_result(monkeypatch):
    monkeypatch.setattr(waiting, "TELL_AFTER_S", 0.01)
    ended = threading.Event()
    threading.Timer(0.3, ended.set).start()
    at = run(lambda: ended.wait(60) and "stored")
    assert [toast.value for toast in at.toast] == [
        "Another program is writing this plan; this is saved as soon as it has finished, and nothing typed is lost"
    ]
    assert at.markdown[0].value == "stored"


def test_who_need_not_wait_is_told_nothing(monkeypatch):
    monkeypatch.setattr(waiting, "TELL_AFTER_S", 60)
    at = run(lambda: "stored")
    assert len(at.toast) == 0
    assert at.markdown[0].value == "stored"


def test_what_goes_wrong_is_told_to_the_caller():
    def fail():
        raise ValueError("no")

    assert [error.value for error in run(fail).exception] == ["no"]
