"""The files of a run, as they go to its generators: named by their place in one folder, addressed by their hash.

A recording keeps its own name in a numbered folder ``audio/000001``, with the files beside it that state what is said
in it. A data set becomes a manifest with the same clips in the same order. Paths in what comes back from a generator
are those of the coordinator again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import msgspec

from flux_desktop.audio.source_file import file_sha256
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.cluster.messages import PART_BYTES, FileEntry
from flux_desktop.datasets.nemo import manifest
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource

_MANIFEST, _AUTHORITIES = "manifest.jsonl", "ca.pem"


class RunFiles:
    """Of one run. `contents` has, by hash, the file's path here, or its bytes."""

    def __init__(self) -> None:
        self.entries: list[FileEntry] = []
        self.contents: dict[str, Path | bytes] = {}
        self._source: tuple[str, str] | None = None
        """The source's path here, and its name there."""
        self._folders: list[Path] = []
        """Here, by the number of the folder there."""

    def part(self, sha256: str, offset: int) -> bytes:
        """What is sent of a file in one message. Blocks; raises `OSError`."""
        content = self.contents[sha256]
        if isinstance(content, bytes):
            return content[offset : offset + PART_BYTES]
        with content.open("rb") as file:
            file.seek(offset)
            return file.read(PART_BYTES)

    def renamed(self, plan: RunPlan) -> RunPlan:
        """The plan with names instead of the paths of this machine."""
        source = plan.source
        if self._source is not None and isinstance(source, WavSource):
            source = msgspec.structs.replace(source, path=self._source[1])
        elif self._source is not None and isinstance(source, DataSetSource):
            source = msgspec.structs.replace(source, path=self._source[1], columns={})
        ca_file = _AUTHORITIES if plan.ca_file else None
        return msgspec.structs.replace(plan, source=source, ca_file=ca_file)

    def restorer(self, root: str) -> Callable[[bytes], bytes]:
        """What replaces, in JSON, the paths below a generator's folder `root` by those of this machine."""
        folders = [_json_text(str(folder)) for folder in self._folders]
        source = _json_text(self._source[0]) if self._source else b""
        escaped_root = re.escape(_json_text(root))
        pattern = re.compile(escaped_root + rb"/(?:audio/(\d{6})|" + re.escape(_MANIFEST.encode()) + rb")")

        def here(match: re.Match[bytes]) -> bytes:
            if match[1] is None:
                return source
            number = int(match[1]) - 1
            return folders[number] if number < len(folders) else match[0]

        return lambda line: pattern.sub(here, line)

    def add_source(self, plan: RunPlan) -> None:
        """Take the plan's recording or data set. Blocks; raises `ProblemError`."""
        source = plan.source
        if isinstance(source, WavSource):
            path = Path(source.path)
            self._source = (source.path, self._add_audio(path))
            for beside in sorted(path.parent.glob(f"{_literal(path.stem)}.*")):
                if beside != path and beside.is_file():
                    self._add(self._below(beside), beside)
            if (shared := path.with_name("reference.json")).is_file():
                self._add(self._below(shared), shared)
        elif isinstance(source, DataSetSource):
            self._add_data_set(source)
        else:
            raise ProblemError(
                Problem(
                    code="cluster_source",
                    what="A microphone cannot be streamed from several machines.",
                    todo="Choose a recording or a data set, or leave --cluster out.",
                )
            )

    def add_authorities(self, ca_file: str | None) -> None:
        """Take the authorities that the endpoint's certificate is checked with. Blocks; raises `ProblemError`."""
        if ca_file is not None:
            self._add(_AUTHORITIES, Path(ca_file))

    def _add_data_set(self, source: DataSetSource) -> None:
        data_set = read_data_set(source.path, source.columns)
        names: dict[Path, str] = {}
        for clip in data_set.clips:
            if clip.path not in names:
                names[clip.path] = self._add_audio(clip.path)
        folder = Path("/run")
        clips = [msgspec.structs.replace(clip, path=folder / names[clip.path]) for clip in data_set.clips]
        content = manifest(clips, folder).encode()
        self._entry(_MANIFEST, hashlib.sha256(content).hexdigest(), content, len(content))
        self._source = (source.path, _MANIFEST)

    def _add_audio(self, path: Path) -> str:
        self._folders.append(path.parent)
        name = self._below(path)
        self._add(name, path)
        return name

    def _below(self, path: Path) -> str:
        return str(PurePosixPath("audio", f"{len(self._folders):06}", path.name))

    def _add(self, name: str, path: Path) -> None:
        try:
            self._entry(name, file_sha256(path), path, path.stat().st_size)
        except OSError as error:
            raise ProblemError(
                Problem(
                    code="cluster_source",
                    what=f"{path.name} cannot be sent to the generators.",
                    why=f"{error.strerror or error}.",
                    todo="Check the file and its permissions.",
                )
            ) from error

    def _entry(self, name: str, sha256: str, content: Path | bytes, size: int) -> None:
        self.entries.append(FileEntry(name=name, sha256=sha256, size=size))
        self.contents.setdefault(sha256, content)


def placed(plan: RunPlan, root: Path) -> RunPlan:
    """A renamed plan with the paths of the machine that has the files below `root`."""
    source = plan.source
    if isinstance(source, WavSource | DataSetSource):
        source = msgspec.structs.replace(source, path=str(root / source.path))
    ca_file = str(root / plan.ca_file) if plan.ca_file else None
    return msgspec.structs.replace(plan, source=source, ca_file=ca_file)


def _json_text(text: str) -> bytes:
    """As it stands between the quotes of a JSON string."""
    return msgspec.json.encode(text)[1:-1]


def _literal(text: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", text)
