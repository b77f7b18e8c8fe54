"""The commands of `flux-stress` and what their help says: imported by every start, so it imports nothing."""

from __future__ import annotations

COMMANDS = {
    "file": "stream an audio file at real-time pace",
    "microphone": "stream a microphone",
    "sweep": "choose end-of-turn thresholds from your own recordings",
    "ab": "compare two settings or two endpoints on the same clips",
    "isolation": "check whether a stream influences later or neighbouring ones",
    "capacity": "find how many conversations an endpoint holds within limits",
    "cluster": "start a cluster of load generators, or join one",
    "probe": "find out what the build of an endpoint supports",
    "list-endpoints": "list the account's SageMaker endpoints",
    "local-endpoint": "run the built-in Flux endpoint on this machine",
    "summary": "rebuild the summary of a recorded run",
    "report": "write a report of a recorded run: HTML, Markdown, JUnit, JSON, CSV or OpenMetrics",
    "compare": "compare two recorded runs: better, worse, no difference, or undecided",
    "sessions": "list, search, delete, keep and exchange recorded runs",
    "schema": "print the JSON Schema of what --json prints",
    "recogniser": "show or download the speech models of the built-in endpoint",
    "data": "check a data set, or convert it to a manifest",
    "self-test": "check that every part of the program works on this machine",
}
"""By command, what it is for."""
EXITS = {
    "local-endpoint": "exit status:\n  0    stopped by a signal\n  2    wrong usage or input: nothing was started",
    "summary": "exit status:\n  0    the summary was rebuilt, also of a run that failed or was cut off\n"
    "  2    there is no recording, or a file is not writable",
    "recogniser": "exit status:\n  0    the model is installed\n  1    it is missing, damaged or not available",
    "data": "exit status:\n  0    done\n  2    nothing can be used, or with --strict an entry cannot",
    "ab": "exit status:\n  0    compared\n  1    a clip failed in an arm\n  2    wrong usage or input\n"
    "  3    INVALID: this machine was the limit: delivery times are not reliable\n"
    "  4, 5 credentials, or the endpoint, cannot be used\n  130  interrupted",
    "isolation": "exit status:\n  0    PASS\n  1    a stream failed\n  2    wrong usage or input\n"
    "  4, 5 credentials, or the endpoint, cannot be used\n  99   FAIL, or the data does not decide it\n"
    "  130  interrupted",
    "list-endpoints": "exit status:\n  0    listed\n  1    the list could not be read\n  2    wrong usage or input\n"
    "  4    credentials are missing, expired or refused",
    "sweep": "exit status:\n  0    all clips were recorded, or the sessions evaluated\n  1    clips are missing\n"
    "  2    wrong usage or input: nothing was recorded\n"
    "  3    INVALID: this machine or a generator was the limit: delivery times are not reliable\n"
    "  4, 5 credentials, or the endpoint, cannot be used\n  130  interrupted; the same command continues",
    "capacity": "exit status:\n  0    a capacity, or a lower bound by --max, --budget or --until, was found\n"
    "  1    the endpoint could not be reached\n  2    wrong usage or input: nothing was started\n"
    "  3    INVALID: this machine, or a generator, was the limit\n  4, 5 credentials, or the endpoint, cannot be used\n"
    "  99   not even one conversation is within the limits, or it ended before that was decided\n"
    "  130  interrupted; what is known is printed",
    "cluster": "exit status:\n  0    stopped by a signal\n  1    the coordinator cannot be reached\n"
    "  2    wrong usage or input, also an address or a name that is taken",
    "probe": "exit status:\n  0    the endpoint was probed\n  1    it could not be reached or refused every stream",
    "compare": "exit status:\n  0    compared; no change is beyond --fail-on\n  2    a session cannot be read\n"
    "  6    not comparable: the reason is printed\n"
    "  7    the data does not decide whether a change is beyond --fail-on\n"
    "  99   a change is proven to be beyond --fail-on",
    "sessions": "exit status:\n  0    done\n  2    there is no such session, or a file cannot be used",
    "schema": "exit status:\n  0    printed",
    "report": "exit status:\n  0    the report was written\n  2    there is no recording, or a file is not writable",
    "self-test": "exit status:\n  0    all checks passed\n  1    a check failed; its line states what to do",
}
"""By command that carries out no run, what the help says of its exit status; the others have that of runs."""
