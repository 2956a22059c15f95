"""The text of the network that is being built, written once for each network."""

from engine.network.errors import NetworkError
from engine.network.network import Network
from engine.network.source import write_source


class WrittenNetwork:
    """Writes a network as an ``nn.Module`` when somebody wants to read it.

    Attributes:
        source: The text; empty while something is missing.
        trouble: What is missing for it; empty when nothing is.
    """

    def __init__(self) -> None:
        self._network: Network | None = None
        self.source = ""
        self.trouble = ""

    def of(self, network: Network) -> "WrittenNetwork":
        """Return this, for a network."""
        if network is not self._network:
            self._network, self.source, self.trouble = network, "", ""
            try:
                self.source = write_source(network)
            except NetworkError as error:
                self.trouble = str(error)
        return self
