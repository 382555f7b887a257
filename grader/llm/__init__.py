"""Calling an OpenAI-compatible model: connection, retries, and what calls may spend."""

from grader.llm._budget import (
    TokenBudget,
    current_budget,
    estimate_tokens,
    input_tokens,
    reply_tokens,
    token_budget,
)
from grader.llm._caller import Caller, Sleep
from grader.llm._chat import ChatFailed, ChatModel, ChatReply, ChatRequest, Message
from grader.llm._connect import check_llm_settings, connect, load, reach, without_password

__all__ = [
    "Caller",
    "ChatFailed",
    "ChatModel",
    "ChatReply",
    "ChatRequest",
    "Message",
    "Sleep",
    "TokenBudget",
    "check_llm_settings",
    "connect",
    "current_budget",
    "estimate_tokens",
    "input_tokens",
    "load",
    "reach",
    "reply_tokens",
    "token_budget",
    "without_password",
]
