# syntax=docker/dockerfile:1

ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/opt/grader/bin:$PATH
RUN python -m venv /opt/grader
WORKDIR /src

# What is needed changes more seldom than the code, and takes minutes to install. The CPU build of
# PyTorch comes first, since the default one brings several gigabytes for graphics cards.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ARG EXTRAS=redaction,redis
COPY pyproject.toml ./
RUN pip install --index-url "${TORCH_INDEX}" 'torch<2.14' && \
    python -c 'import sys, tomllib; project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
        optional = project["optional-dependencies"]; \
        extras = [each for name in sys.argv[1].split(",") if name for each in optional[name]]; \
        print(*project["dependencies"], *extras, sep="\n")' "${EXTRAS}" > requirements.txt && \
    pip install --requirement requirements.txt

COPY README.md LICENSE ./
COPY grader grader
COPY api api
COPY evals evals
COPY rubrics rubrics
COPY corpus corpus
RUN pip install --no-deps .

FROM ${PYTHON_IMAGE}
RUN groupadd --gid 10001 grader && \
    useradd --uid 10001 --gid grader --no-create-home --home-dir /data --shell /usr/sbin/nologin \
        grader && \
    install --directory --owner=grader --group=grader --mode=0700 /data
COPY --from=build /opt/grader /opt/grader

# Nothing is fetched at run time, and nothing is written but to /data and /tmp, so that the rest can
# be mounted read-only.
ENV PATH=/opt/grader/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HUB_OFFLINE=1 \
    ANONYMIZED_TELEMETRY=False \
    MPLCONFIGDIR=/tmp/matplotlib \
    GRADER_DATA_DIR=/data \
    GRADER_LOG_FORMAT=json
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=600s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["grader"]
CMD ["serve", "--host", "0.0.0.0"]
