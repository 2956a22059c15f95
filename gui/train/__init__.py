"""The Train workspace: data, a network, how it is trained, and how it learns."""
