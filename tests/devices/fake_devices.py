"""Sound devices that a test moves by hand."""

from trialogue.errors import SetupError


class FakeStream:
    """A device; what it is opened with is what a test calls."""

    def __init__(self, call):
        self.call = call
        self.is_started = False
        self.is_closed = False

    def start(self):
        self.is_started = True

    def close(self):
        self.is_closed = True


class FakeDriver:
    """Opens fake devices, and keeps them."""

    def __init__(self, missing=""):
        self.missing = missing
        self.inputs = []
        self.outputs = []

    def check(self, sample_rate):
        if self.missing:
            raise SetupError(f"no {self.missing} can be used")

    def open_input(self, sample_rate, samples, take):
        if self.missing == "microphone":
            raise SetupError("no microphone can be used")
        self.inputs.append(FakeStream(take))
        return self.inputs[-1]

    def open_output(self, sample_rate, samples, fill):
        self.outputs.append(FakeStream(fill))
        return self.outputs[-1]
