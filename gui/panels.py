"""The panels of one window, built over its models."""

from dataclasses import dataclass

from gui.canvas.panel import CanvasPanel
from gui.charts.panel import ChartsPanel
from gui.console.decisions import DecisionsPanel
from gui.console.panel import ConsolePanel
from gui.console.problems import ProblemsPanel
from gui.editor.panel import EditorPanel
from gui.inspector.chain_rule_card import ChainRuleCard
from gui.inspector.panel import InspectorPanel
from gui.model.models import Models
from gui.timeline.panel import TimelinePanel


@dataclass(frozen=True, slots=True, kw_only=True)
class Panels:
    """One of each."""

    canvas: CanvasPanel
    timeline: TimelinePanel
    editor: EditorPanel
    inspector: InspectorPanel
    card: ChainRuleCard
    charts: ChartsPanel
    console: ConsolePanel
    problems: ProblemsPanel
    decisions: DecisionsPanel


def build_panels(models: Models) -> Panels:
    """Build all panels; each knows only the models."""
    document, playhead, selection, theme = models.document, models.playhead, models.selection, models.theme
    return Panels(
        canvas=CanvasPanel(document, playhead, selection, theme),
        timeline=TimelinePanel(document, playhead, selection, theme),
        editor=EditorPanel(document, playhead, selection, theme),
        inspector=InspectorPanel(document, playhead, selection, theme),
        card=ChainRuleCard(document, playhead, selection, theme),
        charts=ChartsPanel(document, playhead, selection, theme),
        console=ConsolePanel(document, playhead, selection, theme),
        problems=ProblemsPanel(document, playhead, selection, theme),
        decisions=DecisionsPanel(document, playhead, selection, theme),
    )
