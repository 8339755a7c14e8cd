#!/usr/bin/env python3
"""Envelope format v1 a second time, written from docs/envelope.md alone: prints the vectors that the page lists.

Needs the package `cryptography`, which `scripts/envelope-tools` brings. A test compares what it prints with the page and
with the Rust code. Change it after the page, and never to make the page agree with the Rust code.
"""
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

VERSION = b"\x01"
PLAIN, PADDED, CHUNKED = b"\x01", b"\x02", b"\x03"
MAX_PADDING = 65_536


class Record(NamedTuple):
    tenant: str = "acme"
    region: str = "in"
    table: str = "customers"
    record_id: str = "42"
    subject: str = "s-7"


class Field(NamedTuple):
    column: str = "email"
    category: str = "user.contact.email"
    residency: str = "in_country"


class Undecryptable(Exception):
    pass


def counting(first, length):
    return bytes(range(first, first + length))


def number(value, length=4):
    return value.to_bytes(length, "big")


def texts(*values):
    return b"".join(number(len(value.encode())) + value.encode() for value in values)


def expand(key, info, length):
    return HKDFExpand(SHA256(), length, info).derive(key)


# Data keys


def record_keys(data_key):
    okm = expand(data_key, b"boundary/record-keys", 64)
    return okm[:32], okm[32:]


def wrapping_key(lease_key, salt):
    return expand(lease_key, b"boundary/wrapping-key" + salt, 32)


def bound_of_data_key(record, key_id, generation):
    return VERSION + PLAIN + texts("boundary/data-key", *record) + key_id + number(generation)


def wrap(lease_key, salt, generation, data_key, record, key_id):
    bound = bound_of_data_key(record, key_id, generation)
    wrapped = AESGCM(wrapping_key(lease_key, salt)).encrypt(bytes(12), data_key, bound)
    return PLAIN + number(generation) + salt + wrapped + record_keys(data_key)[1]


def whole(key_id, record, wrapped):
    names = b"".join(number(len(name.encode()), 2) + name.encode() for name in record[:2])
    return VERSION + key_id + names + wrapped


def unwrap(lease_keys, data_key, record):
    """The data key itself, from the bytes of a whole one that ought to be this record's."""
    try:
        if data_key[:1] != VERSION:
            raise Undecryptable
        key_id, at = data_key[1:17], 17
        for name in record[:2]:
            length = int.from_bytes(data_key[at : at + 2], "big")
            if data_key[at + 2 : at + 2 + length] != name.encode():
                raise Undecryptable
            at += 2 + length
        wrapped = data_key[at:]
        if len(wrapped) != 117 or wrapped[:1] != PLAIN:
            raise Undecryptable
        generation = int.from_bytes(wrapped[1:5], "big")
        lease_key = lease_keys.get(generation)
        if lease_key is None:
            raise Undecryptable
        bound = bound_of_data_key(record, key_id, generation)
        key = AESGCM(wrapping_key(lease_key, wrapped[5:37])).decrypt(bytes(12), wrapped[37:85], bound)
    except InvalidTag:
        raise Undecryptable from None
    if record_keys(key)[1] != wrapped[85:]:
        raise Undecryptable
    return key


# Fields


def padded(plaintext, bucket):
    return plaintext + b"\x80" + bytes(bucket - len(plaintext) % bucket - 1)


def stripped(content):
    plaintext = content.rstrip(b"\0")
    if plaintext[-1:] != b"\x80" or len(content) - len(plaintext) + 1 > MAX_PADDING:
        raise Undecryptable
    return plaintext[:-1]


def bound_of_field(suite, record, field):
    names = (record.tenant, record.region, record.table, field.column, record.record_id)
    return VERSION + suite + texts("boundary/field", *names, field.category, field.residency)


def seal_content(data_key, nonce, content, record, field, suite):
    key, _ = record_keys(data_key)
    return VERSION + suite + nonce + AESGCM(key).encrypt(nonce, content, bound_of_field(suite, record, field))


def seal(data_key, nonce, plaintext, record=Record(), field=Field(), bucket=None):
    if bucket is None:
        return seal_content(data_key, nonce, plaintext, record, field, PLAIN)
    return seal_content(data_key, nonce, padded(plaintext, bucket), record, field, PADDED)


def open_field(data_key, sealed, record, field):
    suite = sealed[1:2]
    if sealed[:1] != VERSION or suite not in (PLAIN, PADDED) or len(sealed) < 30:
        raise Undecryptable
    key, _ = record_keys(data_key)
    try:
        content = AESGCM(key).decrypt(sealed[2:14], sealed[14:], bound_of_field(suite, record, field))
    except InvalidTag:
        raise Undecryptable from None
    return stripped(content) if suite == PADDED else content


# Objects


def object_key(data_key):
    return expand(data_key, b"boundary/object-key", 32)


def bound_of_object(record, field, name, chunk_len, prefix, key_id):
    names = (record.tenant, record.region, record.table, field.column, record.record_id)
    bound = VERSION + CHUNKED + texts("boundary/object", *names, field.category, field.residency, name)
    return bound + number(chunk_len) + prefix + key_id


def object_header(chunk_len, prefix, data_key):
    return VERSION + CHUNKED + number(chunk_len) + prefix + number(len(data_key), 2) + data_key


def seal_object(data_key, whole_key, chunk_len, prefix, plaintext, record, field, name):
    """The header, then the sealed chunks one by one."""
    bound = bound_of_object(record, field, name, chunk_len, prefix, whole_key[1:17])
    parts = [plaintext[at : at + chunk_len] for at in range(0, len(plaintext), chunk_len)] or [b""]
    sealed = [object_header(chunk_len, prefix, whole_key)]
    for index, part in enumerate(parts):
        nonce = prefix + number(index) + bytes([index == len(parts) - 1])
        sealed.append(AESGCM(object_key(data_key)).encrypt(nonce, part, bound))
    return sealed


def open_object(lease_keys, sealed, record, field, name):
    if len(sealed) < 15 or sealed[:2] != VERSION + CHUNKED:
        raise Undecryptable
    chunk_len, prefix = int.from_bytes(sealed[2:6], "big"), sealed[6:13]
    end = 15 + int.from_bytes(sealed[13:15], "big")
    if not 64 <= chunk_len <= 1_048_576:
        raise Undecryptable
    data_key, chunks = unwrap(lease_keys, sealed[15:end], record), sealed[end:]
    bound = bound_of_object(record, field, name, chunk_len, prefix, sealed[16:32])
    plaintext, index = b"", 0
    while True:
        chunk, chunks = chunks[: chunk_len + 16], chunks[chunk_len + 16 :]
        if len(chunk) < 16 or (len(chunk) == 16 and index > 0):
            raise Undecryptable
        try:
            nonce = prefix + number(index) + bytes([not chunks])
            plaintext += AESGCM(object_key(data_key)).decrypt(nonce, chunk, bound)
        except InvalidTag:
            raise Undecryptable from None
        if not chunks:
            return plaintext
        index += 1


def main():
    lease_key, salt, data_key = counting(0x00, 32), counting(0x20, 32), counting(0x40, 32)
    key_id, nonce, plaintext, prefix = counting(0x60, 16), counting(0x70, 12), b"asha@example.com", counting(0x80, 7)
    record, email, lease_keys = Record(), Field(), {7: lease_key}
    wrapped = wrap(lease_key, salt, 7, data_key, record, key_id)
    whole_key = whole(key_id, record, wrapped)
    sealed = seal(data_key, nonce, plaintext)
    sealed_padded = seal(data_key, nonce, plaintext, bucket=64)
    pinned = Field("national_id", residency="pinned(in)")
    scan, name, content = Field("scan", "user.content"), "passport.pdf", bytes(range(150))

    def object_of(plaintext, record=record, field=scan, name=name, whole_key=whole_key, prefix=prefix):
        return seal_object(data_key, whole_key, 64, prefix, plaintext, record, field, name)

    header, *chunks = object_of(content)
    positive = {
        "lease key": lease_key,
        "salt": salt,
        "data key": data_key,
        "data key id": key_id,
        "nonce": nonce,
        "plaintext": plaintext,
        "nonce prefix": prefix,
        "object plaintext": content,
        "wrapping key": wrapping_key(lease_key, salt),
        "encryption key": record_keys(data_key)[0],
        "commitment": record_keys(data_key)[1],
        "object key": object_key(data_key),
        "data key additional data": bound_of_data_key(record, key_id, 7),
        "wrapped part": wrapped,
        "whole data key": whole_key,
        "field additional data": bound_of_field(PLAIN, record, email),
        "sealed field": sealed,
        "pinned additional data": bound_of_field(PLAIN, record, pinned),
        "pinned empty field": seal(data_key, nonce, b"", field=pinned),
        "padded additional data": bound_of_field(PADDED, record, email),
        "padded field": sealed_padded,
        "padded empty field": seal(data_key, nonce, b"", bucket=2),
        "padded full bucket": seal(data_key, nonce, plaintext, bucket=16),
        "object additional data": bound_of_object(record, scan, name, 64, prefix, key_id),
        "object": header + b"".join(chunks),
        "object of whole chunks": b"".join(object_of(content[:128])),
        "empty object": b"".join(object_of(b"")),
    }
    flipped = wrapped[:-1] + bytes([wrapped[-1] ^ 1])
    data_keys = {
        "other commitment": flipped,
        "other suite of the data key": b"\x02" + wrapped[1:],
        "data key of another lease key": wrap(counting(0x80, 32), salt, 7, data_key, record, key_id),
        "data key of another tenant": wrap(lease_key, salt, 7, data_key, record._replace(tenant="globex"), key_id),
        "data key of another region": wrap(lease_key, salt, 7, data_key, record._replace(region="eu"), key_id),
        "data key of another table": wrap(lease_key, salt, 7, data_key, record._replace(table="payments"), key_id),
        "data key of record 43": wrap(lease_key, salt, 7, data_key, record._replace(record_id="43"), key_id),
        "data key of another subject": wrap(lease_key, salt, 7, data_key, record._replace(subject="s-8"), key_id),
        "data key of another identifier": wrap(lease_key, salt, 7, data_key, record, counting(0x61, 16)),
        "data key that names another generation": PLAIN + number(8) + wrapped[5:],
        "cut data key": wrapped[:-1],
    }
    whole_keys = {
        "whole data key renamed to tenant globex": whole(key_id, record._replace(tenant="globex"), wrapped),
        "whole data key renamed to region eu": whole(key_id, record._replace(region="eu"), wrapped),
        "whole data key of version 2": b"\x02" + whole_key[1:],
        "whole data key with another identifier": whole(counting(0x61, 16), record, wrapped),
    }
    fields = {
        "other version": b"\x02" + sealed[1:],
        "other suite of the field": sealed[:1] + b"\x02" + sealed[2:],
        "suite without a meaning": sealed[:1] + b"\x04" + sealed[2:],
        "field of another tenant": seal(data_key, nonce, plaintext, record._replace(tenant="globex")),
        "field of another region": seal(data_key, nonce, plaintext, record._replace(region="eu")),
        "field of another table": seal(data_key, nonce, plaintext, record._replace(table="payments")),
        "field of another column": seal(data_key, nonce, plaintext, field=email._replace(column="phone")),
        "field of record 43": seal(data_key, nonce, plaintext, record._replace(record_id="43")),
        "field of another category": seal(data_key, nonce, plaintext, field=email._replace(category="user.contact")),
        "field of another residency": seal(data_key, nonce, plaintext, field=email._replace(residency="regional")),
        "field under another data key": seal(counting(0x41, 32), nonce, plaintext),
        "cut field": sealed[:-1],
        "padded field called plain": sealed_padded[:1] + b"\x01" + sealed_padded[2:],
        "padding without its mark": seal_content(data_key, nonce, plaintext, record, email, PADDED),
        "padding of zeros alone": seal_content(data_key, nonce, bytes(16), record, email, PADDED),
        "padding of nothing": seal_content(data_key, nonce, b"", record, email, PADDED),
    }
    named_eu = whole(key_id, record._replace(region="eu"), wrapped)
    first, second, last = chunks
    objects = {
        "object of another name": b"".join(object_of(content, name="visa.pdf")),
        "object of another tenant": header + b"".join(object_of(content, record._replace(tenant="globex"))[1:]),
        "object of another region": header + b"".join(object_of(content, record._replace(region="eu"))[1:]),
        "object of another table": header + b"".join(object_of(content, record._replace(table="payments"))[1:]),
        "object of another column": b"".join(object_of(content, field=scan._replace(column="photo"))),
        "object of record 43": header + b"".join(object_of(content, record._replace(record_id="43"))[1:]),
        "object of another category": b"".join(object_of(content, field=scan._replace(category="user"))),
        "object of another residency": b"".join(object_of(content, field=scan._replace(residency="regional"))),
        "object whose key names region eu": b"".join(object_of(content, whole_key=named_eu)),
        "object of version 2": b"\x02" + header[1:] + b"".join(chunks),
        "object of suite 01": header[:1] + b"\x01" + header[2:] + b"".join(chunks),
        "object with another chunk size": header[:2] + number(80) + header[6:] + b"".join(chunks),
        "object with another nonce prefix": header[:6] + counting(0x81, 7) + header[13:] + b"".join(chunks),
        "object without its last chunk": header + first + second,
        "object without its first chunk": header + second + last,
        "object without any chunk": header,
        "object with chunks exchanged": header + second + first + last,
        "object with a chunk repeated": header + first + first + second + last,
        "object with a byte more": header + first + second + last + b"\0",
        "object with an empty last chunk": header + first + second + empty_last(data_key, prefix, 2, record, scan, name, key_id),
    }

    def refuses(what, opening):
        try:
            opening()
        except Undecryptable:
            return
        raise SystemExit(f"the vector `{what}` opens")

    assert unwrap(lease_keys, whole_key, record) == data_key
    assert open_field(data_key, sealed, record, email) == plaintext
    assert open_field(data_key, sealed_padded, record, email) == plaintext
    assert open_object(lease_keys, positive["object"], record, scan, name) == content
    assert open_object(lease_keys, positive["object of whole chunks"], record, scan, name) == content[:128]
    assert open_object(lease_keys, positive["empty object"], record, scan, name) == b""
    for what, value in data_keys.items():
        refuses(what, lambda: unwrap(lease_keys, whole(key_id, record, value), record))
    for what, value in whole_keys.items():
        refuses(what, lambda: unwrap(lease_keys, value, record))
    for what, value in fields.items():
        refuses(what, lambda: open_field(data_key, value, record, email))
    for what, value in objects.items():
        refuses(what, lambda: open_object(lease_keys, value, record, scan, name))
    for what, value in {**positive, **data_keys, **whole_keys, **fields, **objects}.items():
        print(f"{what}: {value.hex()}")


def empty_last(data_key, prefix, index, record, field, name, key_id):
    bound = bound_of_object(record, field, name, 64, prefix, key_id)
    return AESGCM(object_key(data_key)).encrypt(prefix + number(index) + b"\x01", b"", bound)


if __name__ == "__main__":
    main()
