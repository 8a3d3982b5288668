"""Sessions whose browsers have gone and not come back."""

from types import SimpleNamespace

from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo

from app.gone_sessions import close_expired


class Session:
    """What a session manager keeps."""

    def __init__(self, name):
        self.id, self.open = name, True

    def shutdown(self):
        self.open = False


def kept_for(seconds, *sessions):
    storage = MemorySessionStorage(ttl_seconds=seconds)
    for session in sessions:
        storage.save(SessionInfo(client=None, session=session))
    return SimpleNamespace(_session_storage=storage)


def test_those_whose_time_is_over_are_shut_down_and_the_others_kept():
    over, kept = Session("over"), Session("kept")
    manager = kept_for(0, over)
    assert close_expired(manager) == 1
    assert not over.open
    assert close_expired(manager) == 0
    assert close_expired(kept_for(60, kept)) == 0
    assert kept.open


def test_another_kind_of_manager_is_left_alone():
    assert close_expired(object()) == 0
