"""The rules of Qoo10 for asking, approving and rejecting, written with other tools.

Each module has the same two functions::

    assess(command, case, at)   what the buyer's request would come to: its verdict
    decide(command, case, at)   the events of a request, an approval or a rejection

They take the values of ordercancel and give its verdicts and events, so that their answers can be
seen to be equal. What is not theirs to say is said once for all, in `peers.building`.
"""
