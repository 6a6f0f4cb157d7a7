"""How fast the board answers, and how large its pages are.

``python -m benchmarks.board`` serves the demo inside one process, asks each page as a browser would
and prints bytes and the processor time of the server: the first time, when a record is assessed,
and again, when only the page is drawn. Then it answers the quick check in random orders and prints
the 50th and 95th percentile of one step.
"""

from __future__ import annotations

import argparse
import random
import re
import time
import warnings

from gepnet import api
from gepnet.board import Settings, create_app

STEPS, SEED = 200, 1
ADDRESS = "http://127.0.0.1:8711"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=STEPS, help="Steps of the quick check.")
    steps = parser.parse_args().steps
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from fastapi.testclient import TestClient
    app = create_app(Settings(demo=True))
    desk = app.state.desk
    client = TestClient(app, base_url=ADDRESS)
    client.post("/login", data={"name": "anna", "password": desk.demo_password})
    listed = client.get("/worklist").text
    found = re.findall(r"/case/(\w+)/board\?item=(\w+)", listed)
    case, item = found[1]
    pages = {
        "quick check": "/", "documents": "/knowledge", "one document": "/knowledge/esmo-2020",
        "worklist": "/worklist", "answer": f"/case/{case}/board?item={item}",
        "why they differ": f"/case/{case}/differ", "cards": f"/item/{item}/cards",
        "record": f"/case/{case}/record", "course": f"/case/{found[0][0]}/course",
    }  # fmt: skip
    print(f"{'page':<18}{'bytes':>8}{'first ms':>10}{'again ms':>10}")
    for name, address in pages.items():
        taken = []
        for _ in range(4):
            begun = time.process_time()
            answer = client.get(address)
            taken.append(1000 * (time.process_time() - begun))
        size = len(answer.content)
        print(f"{name:<18}{size:>8}{taken[0]:>10.1f}{min(taken[1:]):>10.1f}")
    quick(client, desk, steps)


def quick(client: object, desk: object, steps: int) -> None:
    """Answer the quick check in random orders."""
    draw = random.Random(SEED)
    form = api.quick_form(desk.base)  # type: ignore[attr-defined]
    taken: list[float] = []
    while len(taken) < steps:
        answers: dict[str, str] = {}
        for question in draw.sample(form, len(form)):
            before = "&".join(f"{k}={v}" for k, v in answers.items())
            answers[f"q.{question['id']}"] = draw.choice(question["choices"])["id"]
            sent = {**answers, "answered": "1", "before": before}
            begun = time.process_time()
            client.post("/", data=sent, headers={"hx-request": "true"})  # type: ignore[attr-defined]
            taken.append(1000 * (time.process_time() - begun))
    taken.sort()
    half, most = taken[len(taken) // 2], taken[int(0.95 * len(taken))]
    print(f"quick check, {len(taken)} steps: median {half:.0f} ms, 95th percentile {most:.0f} ms")


if __name__ == "__main__":
    main()
