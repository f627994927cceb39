"""What starting costs: `simbreach --help` and `import simbreach` over a bare interpreter."""

import sys

from measure import BIN, Result, in_turn, run, script


def measure(quick: bool) -> list[Result]:
    bare, front, name = in_turn(
        lambda: run([sys.executable, "-c", "pass"]).seconds,
        lambda: run([BIN / "simbreach", "--help"]).seconds,
        lambda: run([sys.executable, "-c", "import simbreach"]).seconds,
        rounds=3 if quick else 20,
    )
    return [
        _over("simbreach --help", front, bare, 0.12),
        _over("import simbreach", name, bare, 0.05),
    ]


def _over(what: str, ours_s: float, bare_s: float, allowed_s: float) -> Result:
    return Result(
        f"`{what}` over a bare interpreter, in units of {allowed_s * 1000:.0f} ms",
        f"{ours_s * 1000:.0f} ms",
        f"`python -c pass` {bare_s * 1000:.0f} ms",
        (ours_s - bare_s) / allowed_s,
        1.0,
        least=False,
    )


if __name__ == "__main__":
    script(measure)
