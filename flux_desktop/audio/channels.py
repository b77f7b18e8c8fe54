"""Choice of one channel of a recording with several: calls have the agent on one side and the caller on the other."""

from __future__ import annotations

from typing import Literal, get_args

Channel = Literal["mix", "left", "right"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
