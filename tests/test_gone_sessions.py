"""Sessions whose browsers have gone and not come back."""

import asyncio
from types import SimpleNamespace

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo

from app.gone_sessions import close_expired
from app.server import Behind


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


def test_a_browser_that_leaves_while_it_is_sent_something_is_no_error_of_the_server():
    """Streamlit closes a connection once more when it hears that the browser has gone."""

    async def leaving(scope, receive, send):
        async def gone(message):
            if message["type"] == "websocket.send":
                raise OSError

        async def connected():
            return {"type": "websocket.connect"}

        socket = WebSocket(scope, connected, gone)
        await socket.accept()
        with pytest.raises(WebSocketDisconnect):
            await socket.send_bytes(b"news")
        await socket.close()

    behind = Behind("127.0.0.1", 0)
    behind._app = leaving
    behind._ready.set()
    asyncio.run(behind({"type": "websocket"}, None, None))
