"""The version resource of the Windows programs."""

from __future__ import annotations


def version_resource(version: str) -> str:
    """The resource in PyInstaller's text form. `version` is like ``0.1.0``; Windows requires four numbers."""
    numbers = [int(part) for part in version.split(".")[:4] if part.isdigit()]
    four = tuple([*numbers, 0, 0, 0, 0][:4])
    texts = {
        "CompanyName": "flux-desktop",
        "FileDescription": "Try, tune, load-test and demonstrate Deepgram Flux on Amazon SageMaker",
        "FileVersion": version,
        "InternalName": "flux-desktop",
        "LegalCopyright": "MIT licence",
        "ProductName": "flux-desktop",
        "ProductVersion": version,
    }
    lines = ", ".join(f"StringStruct({name!r}, {text!r})" for name, text in texts.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={four}, prodvers={four}, mask=0x3F, flags=0x0, OS=0x40004,"
        " fileType=0x1, subtype=0x0, date=(0, 0)),"
        f" kids=[StringFileInfo([StringTable('040904B0', [{lines}])]),"
        " VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n"
    )
