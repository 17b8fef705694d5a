"""The queue's working side: workers, the processes they give to jobs, and how jobs end."""

from engine.jobs.ends import end_of_job, too_much
from engine.jobs.worker import Worker

__all__ = ["Worker", "end_of_job", "too_much"]
