"""An invented table of what customers wrote to a help desk, and which team answered."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

ROWS = 3_000
SEED = 20_31
OPENINGS = (
    "Hello,", "Hi there,", "Good morning,", "Dear team,", "Hi,", "To whom it may concern,", "Hello again,", "",
)  # fmt: skip
CLOSINGS = (
    "Thanks!", "Please help.", "Please reply soon.", "Kind regards", "Can you look into this?", "Thank you in advance.",
    "This is urgent.", "",
)  # fmt: skip
SAID: Mapping[str, Sequence[str]] = {
    "billing": (
        "I was charged twice for the same order",
        "the invoice shows another amount than we agreed",
        "my refund has not arrived on my account",
        "the payment was declined although my card is valid",
        "please send me the invoice for last month",
        "why is there a fee on my bill",
    ),
    "delivery": (
        "my parcel has not arrived yet",
        "the tracking number does not work",
        "the package was left with a neighbour I do not know",
        "the box was damaged when the courier brought it",
        "one item is missing from the parcel",
        "can the delivery come to another address",
    ),
    "login": (
        "I cannot sign in to my account",
        "the password reset mail never comes",
        "the site says that my account is locked",
        "the code for the second step does not arrive",
        "my user name is not known any more",
        "I am logged out every few minutes",
    ),
    "product": (
        "the device does not switch on",
        "the app crashes when I open the settings",
        "the battery lasts for one hour only",
        "how do I connect it to my phone",
        "the screen stays black after the update",
        "is there a manual in another language",
    ),
}
FILLERS = (
    "I have been a customer for years", "this happened last week as well", "I am writing about my order",
    "I tried it three times", "my colleague has the same trouble", "I already called you about this",
)  # fmt: skip
MISLABELLED = 0.04


def tickets() -> pa.Table:
    """Messages to a help desk, the same at every call.

    Returns
    -------
    Table of 3,000 rows and 6 columns
        Short English texts, some of which speak of two things, and the ``team`` that answered; 4 % went to the wrong
        one, so that no model is right more often than that.
    """
    random = np.random.default_rng(SEED)
    teams = [*SAID]
    true = random.choice(teams, ROWS, p=[0.3, 0.32, 0.2, 0.18])
    wrong = random.random(ROWS) < MISLABELLED
    return pa.table(
        {
            "ticket_id": [f"T{number:06d}" for number in random.permutation(ROWS) + 1],
            "sent_at": pa.array(np.datetime64("2025-01-01T00:00:00") + random.integers(0, 120 * 86_400, ROWS)),
            "channel": random.choice(["mail", "form", "chat"], ROWS, p=[0.5, 0.3, 0.2]),
            "message": [_message(random, str(team)) for team in true],
            "earlier_tickets": pa.array(random.poisson(1.2, ROWS).astype("int64"), mask=random.random(ROWS) < 0.05),
            "team": np.where(wrong, random.choice(teams, ROWS), true),
        }
    )


def _message(random: np.random.Generator, team: str) -> str:
    said = [str(random.choice(SAID[team]))]
    if random.random() < 0.5:
        said.append(str(random.choice(FILLERS)))
    if random.random() < 0.12:
        said.append(str(random.choice(SAID[str(random.choice([*SAID]))])))
    random.shuffle(said)
    body = ". ".join(text[0].upper() + text[1:] for text in said)
    return " ".join(filter(None, [str(random.choice(OPENINGS)), f"{body}.", str(random.choice(CLOSINGS))]))
