"""The directory of one installation."""

from pathlib import Path

from storage.disk import writing


class Home:
    """Where everything of one installation lies.

    Parameters
    ----------
    path : the directory; `create` makes it, readable by its owner only.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path).expanduser().absolute()

    def create(self) -> "Home":
        """Make the folders that are missing, with mode 0700."""
        with writing(self.path):
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.chmod(0o700)
            for folder in (self.datasets, self.artifacts, self.cache, self.logs, self.served, self.rates):
                folder.mkdir(exist_ok=True, mode=0o700)
                folder.chmod(0o700)
        return self

    @property
    def database_url(self) -> str:
        """The metadata database of a home without a server of its own."""
        return f"sqlite:///{self.path / 'canvasback.db'}"

    @property
    def datasets(self) -> Path:
        return self.path / "datasets"

    @property
    def artifacts(self) -> Path:
        return self.path / "artifacts"

    @property
    def cache(self) -> Path:
        return self.path / "cache"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def served(self) -> Path:
        return self.path / "served"

    @property
    def rates(self) -> Path:
        """What processes of this machine share about the last minute; may be deleted at any time."""
        return self.path / "rates"

    @property
    def secret_file(self) -> Path:
        return self.path / "secret"
