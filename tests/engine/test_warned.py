"""What is warned of while a model learns belongs to that model."""

import threading
import warnings

from engine.train.warned import hearing


def test_models_that_learn_side_by_side_hear_their_own_warnings() -> None:
    heard: dict[str, list[str]] = {}
    both = threading.Barrier(2, timeout=10)

    def learn(name: str) -> None:
        with hearing() as own:
            both.wait()
            for _ in range(3):
                warnings.warn(f"{name} failed to converge (status=1):\nIncrease max_iter.", UserWarning, stacklevel=1)
            warnings.warn("soon gone", DeprecationWarning, stacklevel=1)
            both.wait()
        heard[name] = own

    threads = [threading.Thread(target=learn, args=(name,)) for name in ("lbfgs", "saga")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {name: [f"{name} failed to converge (status=1)"] for name in ("lbfgs", "saga")}


def test_what_others_listen_to_is_as_before() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with hearing():
            pass
        warnings.warn("still heard", UserWarning, stacklevel=1)
    assert [str(warning.message) for warning in caught] == ["still heard"]
