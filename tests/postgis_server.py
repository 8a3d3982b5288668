"""A private PostGIS server for tests: started in a temporary folder, gone without a trace afterwards."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import psycopg

INSTALLATIONS = Path("/usr/lib/postgresql")

# Nothing here outlives the test run, so speed beats safety.
# A socket in the private folder needs no free port.
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
fsync = off
full_page_writes = off
synchronous_commit = off
"""


START = ("pg_ctl", "-l", "log", "-w", "start")
STOP = ("pg_ctl", "-m", "immediate", "stop")


@contextmanager
def postgis_server() -> Iterator[str]:
    """Start a server and yield the URL of a database with PostGIS in it."""
    folder = Path(tempfile.mkdtemp(prefix="planmap-postgis-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        run(folder, "initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        with (folder / "cluster" / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS.format(folder=folder))
        run(folder, *START)
        try:
            template = database_url(folder, "template1")
            # In the template, so that every further database has PostGIS without the wait.
            execute(template, "CREATE EXTENSION postgis", database="template1")
            with fresh_database(template) as url:
                yield url
        finally:
            run(folder, *STOP)
    finally:
        shutil.rmtree(folder)


def run(folder: Path, program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL for the server in `folder`."""
    # PostgreSQL refuses to run as root, so root hands over to the user that Debian's package made.
    command = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    command += [str(newest_installation() / "bin" / program), "-D", str(folder / "cluster"), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        log = folder / "log"
        details = log.read_text() if log.exists() else ""
        raise RuntimeError(f"{program} failed:\n{done.stdout}{done.stderr}{details}")


@contextmanager
def stopped(url: str) -> Iterator[None]:
    """Stop the server of `url`, and start it again."""
    folder = Path(unquote(urlsplit(url).query.removeprefix("host=")))
    run(folder, *STOP)
    try:
        yield
    finally:
        run(folder, *START)


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """Create an empty database with PostGIS on the server of `server_url`, yield its URL, and drop it."""
    name = f"planmap_{uuid.uuid4().hex}"
    execute(server_url, f"CREATE DATABASE {name}")
    try:
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
    finally:
        # FORCE, because a connection that a failed test left open must not hide that failure.
        execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def newest_installation() -> Path:
    """Return the folder of the newest PostgreSQL that has PostGIS."""
    found = [
        folder
        for folder in INSTALLATIONS.glob("*")
        if Path("/usr/share/postgresql", folder.name, "extension", "postgis.control").exists()
    ]
    if not found:
        raise RuntimeError("No PostgreSQL with PostGIS found: apt-get install postgresql-postgis")
    return max(found, key=lambda folder: int(folder.name))


def database_url(folder: Path, name: str) -> str:
    return f"postgresql+psycopg://postgres@/{name}?host={quote(str(folder))}"


def execute(url: str, statement: str, *, database: str = "postgres") -> None:
    """Run one statement on the server of `url`, outside any transaction."""
    with psycopg.connect(url.replace("+psycopg", ""), dbname=database, autocommit=True) as connection:
        connection.execute(statement)
