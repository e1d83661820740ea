"""Writes the Parquet files of the tests with another program than the one that reads them.

    pip install pyarrow
    python3 tests/parquet/make.py
"""

import datetime as dt
import decimal
import pathlib
import uuid

import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).parent
UTC = dt.timezone.utc


def orders(count):
    """Orders with every type that tables have; every fifth cell or so is missing."""
    def some(of, every=5):
        return [None if n % every == every - 1 else of(n) for n in range(count)]
    columns = {
        "id": pa.array([f"{n:04}" for n in range(count)]),
        "customer": pa.array(some(lambda n: ["Acme", "Globex", "Müller & Söhne"][n % 3])).dictionary_encode(),
        "quantity": pa.array(some(lambda n: n % 7), pa.int32()),
        "weight": pa.array(some(lambda n: n / 10), pa.float32()),
        "ratio": pa.array([float("nan") if n == 3 else n / 4 for n in range(count)], pa.float64()),
        "price": pa.array(some(lambda n: decimal.Decimal(n * 10 + 5) / 100), pa.decimal128(12, 2)),
        "large": pa.array(some(lambda n: decimal.Decimal("12345678901234567890.12") + n), pa.decimal256(40, 2)),
        "is_paid": pa.array(some(lambda n: n % 2 == 0), pa.bool_()),
        "ordered_on": pa.array(some(lambda n: dt.date(2024, 2, 27) + dt.timedelta(n)), pa.date32()),
        "shipped_at": pa.array(some(lambda n: dt.datetime(2024, 3, 1, 12, 30, n % 60, tzinfo=UTC)),
                               pa.timestamp("us", tz="America/New_York")),
        "seen_at": pa.array(some(lambda n: dt.datetime(2024, 3, 1, 8, 0, n % 60)), pa.timestamp("ns")),
        "opens": pa.array(some(lambda n: dt.time(8, n % 60)), pa.time64("us")),
        "account": pa.array([9007199254740993 + n for n in range(count)], pa.int64()),
        "tags": pa.array(some(lambda n: ["new", None] if n % 2 else []), pa.list_(pa.string())),
        "address": pa.array(some(lambda n: {"city": "Wien", "since": dt.date(2020, 1, 1)}),
                            pa.struct([("city", pa.string()), ("since", pa.date32())])),
        "counts": pa.array(some(lambda n: [("a", n), ("b", None)]), pa.map_(pa.string(), pa.int64())),
        "raw": pa.array([b"\xff\xfe", b"plain"] * (count // 2), pa.binary()),
        "nothing": pa.nulls(count),
        "takes": pa.array([dt.timedelta(seconds=n) for n in range(count)], pa.duration("s")),
    }
    return pa.table(columns)


def write(name, table, **how):
    pq.write_table(table, HERE / name, **how)


if __name__ == "__main__":
    table = orders(60)
    write("snappy.parquet", table, compression="snappy", row_group_size=25)
    write("zstd.parquet", table, compression="zstd", data_page_version="2.0", row_group_size=25)
    write("gzip.parquet", table, compression="gzip", use_dictionary=False, row_group_size=60)
    write("lz4.parquet", table, compression="lz4")
    write("plain.parquet", table, compression="none", version="1.0", use_deprecated_int96_timestamps=True)
    write("brotli.parquet", table.select(["id"]), compression="brotli")
    write("empty.parquet", table.slice(0, 0))
    ids = [uuid.UUID(int=n).bytes for n in (1, 2)]
    odd = pa.table({"key": pa.array(ids, pa.uuid()) if hasattr(pa, "uuid") else pa.array(ids, pa.binary(16)),
                    "half": pa.array([1.5, None], pa.float16())})
    write("odd.parquet", odd)
    twice = pa.Table.from_arrays([pa.array([1]), pa.array(["a"]), pa.array([2])], names=["n", "t", "n"])
    write("twice.parquet", twice)
