"""The JSON API of the board under any request: ``python benchmarks/board_api.py``.

Serves the API over a throw-away store inside one process and lets schemathesis send right and wrong
requests to every route, signed in. Prints how many were answered how, and each answer from 500 on:
there is to be none.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from gepnet import api
from gepnet.board import Settings, create_app

REQUESTS, ROOT = 20_000, "/api/v1"
ADDRESS, HOST = "http://127.0.0.1:8711", {"host": "127.0.0.1:8711"}
PASSWORD = "seven oaks in the rain"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS, help="About how many to send.")
    wanted = parser.parse_args().requests
    with tempfile.TemporaryDirectory() as folder:
        address = str(Path(folder) / "board.sqlite")
        api.upgrade_store(address)
        store = api.open_store(address)
        roles = ("clinician", "chair", "nuclear_medicine")
        root = api.operator("root")
        api.add_user(store, root, "ada", "Dr Ada North", roles, ["North"], PASSWORD, "oncology")
        send(create_app(Settings(), store), api.sign_in(store, "ada", PASSWORD).secret, wanted)
        store.close()


def send(app: Any, token: str, wanted: int) -> None:
    """Send requests of both kinds to every route."""
    schema = schemathesis.openapi.from_asgi(f"{ROOT}/openapi.json", app, headers=HOST)
    schema.config.update(base_url=ADDRESS)
    headers = {**HOST, "authorization": f"Bearer {token}"}
    found = [one.ok() for one in schema.get_all_operations()]
    routes = [one for one in found if one.label != f"DELETE {ROOT}/session"]
    answers: Counter[int] = Counter()
    begun = time.monotonic()
    while (left := wanted - sum(answers.values())) > 0:
        # Some routes take nothing that could be wrong: what these leave over goes to all again.
        send_each(routes, headers, 1 + left // (2 * len(routes)), answers)
    told = ", ".join(f"{status}: {count}" for status, count in sorted(answers.items()))
    seconds = time.monotonic() - begun
    print(f"{sum(answers.values())} requests in {seconds:.0f} s ({told})")
    print("from 500 on:", sum(count for status, count in answers.items() if status >= 500))


def send_each(routes: list[Any], headers: dict[str, str], each: int, answers: Counter[int]) -> None:
    """Send some right and some wrong requests to each route, and count the answers."""
    for operation in routes:
        for mode in GenerationMode:

            @settings(
                max_examples=each,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def one(case: Any) -> None:
                answer = case.call(headers=headers)
                answers[answer.status_code] += 1
                if answer.status_code >= 500:
                    print(answer.status_code, case.as_curl_command())

            with contextlib.suppress(Unsatisfiable):  # it takes nothing that could be wrong
                one()
        print(f"{operation.label:<45}{sum(answers.values()):>8} requests so far", flush=True)


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
