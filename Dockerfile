# A release pins this by digest: docker build --build-arg BASE=python:3.13-slim-bookworm@sha256:…
# Any glibc image with Python 3.11 to 3.14 serves; the locked wheels exist for amd64 and arm64.
ARG BASE=python:3.13-slim-bookworm

FROM ${BASE} AS build
# What is installed: run, or extras, which also has tracing and tables in XLSX and Parquet.
ARG LOCK=run
WORKDIR /src
# Without pip: what serves cannot install.
RUN python -m venv --without-pip /opt/gateway && python -m venv /opt/build
COPY requirements/run.txt requirements/extras.txt requirements/build.txt requirements/
RUN /opt/build/bin/python -m pip install --no-cache-dir \
        --require-hashes --only-binary :all: -r requirements/build.txt \
    && /opt/build/bin/python -m pip --python /opt/gateway/bin/python install --no-cache-dir \
        --require-hashes --only-binary :all: -r "requirements/${LOCK}.txt"
COPY pyproject.toml README.md ./
COPY gateway gateway
RUN /opt/build/bin/python -m flit_core.wheel --outdir /opt/dist \
    && /opt/build/bin/python -m pip --python /opt/gateway/bin/python install \
        --no-deps --no-index --no-compile /opt/dist/*.whl \
    && /opt/gateway/bin/python -m compileall -q --invalidation-mode unchecked-hash \
        /opt/gateway/lib \
    && mkdir /opt/state

FROM ${BASE}
LABEL org.opencontainers.image.title="rules-gateway" \
      org.opencontainers.image.description="Answers a document platform's webhooks by YAML rules"
COPY --from=build /opt/gateway /opt/gateway
# Where a volume is mounted if the outbox is a file: a new one belongs to the user below. Nothing
# else is ever written, so that the root file system may be read-only.
COPY --from=build --chown=10001:10001 /opt/state /var/lib/gateway
ENV PATH=/opt/gateway/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    GATEWAY_LISTEN=0.0.0.0:8080 \
    GATEWAY_STATE=/var/lib/gateway
# A number, so that runAsNonRoot can be verified.
USER 10001:10001
WORKDIR /etc/gateway
# Hook requests; and metrics, status and reload, on loopback unless GATEWAY_MANAGEMENT says else.
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["gateway", "healthcheck"]
ENTRYPOINT ["gateway"]
CMD ["serve", "/etc/gateway"]
