"""What can be wrong with a plan."""


class PlanError(ValueError):
    """A plan that cannot be written as a program; the text is one sentence for a person."""
