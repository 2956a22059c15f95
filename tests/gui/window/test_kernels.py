"""Recording kernels is asked for in the Run menu, and stays asked for."""

from tests.support.workbench import run_starter


def test_the_choice_is_in_the_menu_goes_into_the_next_run_and_is_kept(workbench):
    action = workbench.book.qaction("run.kernels")
    assert action.isCheckable()
    assert not action.isChecked()
    asked = []
    workbench.runs.asked.connect(lambda request: asked.append(request.kernels))
    run_starter(workbench)
    action.trigger()
    assert action.isChecked()
    run_starter(workbench)
    assert asked == [False, True]
    assert workbench.settings.read_choices().records_kernels
