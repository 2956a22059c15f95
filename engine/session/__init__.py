"""The host side of a run: starts, feeds, interrupts and outlives a worker."""

from engine.protocol.messages import DeviceInfo
from engine.session.listener import SessionListener, SessionState, TrainingListener
from engine.session.session import Session
from engine.session.to_recording import run_to_recording

__all__ = ["DeviceInfo", "Session", "SessionListener", "SessionState", "TrainingListener", "run_to_recording"]
