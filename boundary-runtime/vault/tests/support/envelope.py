#!/usr/bin/env python3
"""Envelope format v1 a second time, from docs/envelope.md alone: prints the vectors that the page lists.

Needs the package `cryptography`. Run it after a change of the page, never to make the page agree with the Rust code.
"""
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

VERSION, SUITE = b"\x01", b"\x01"


def counting(first, length):
    return bytes(range(first, first + length))


def texts(*values):
    return b"".join(len(value.encode()).to_bytes(4, "big") + value.encode() for value in values)


def expand(key, info, length):
    return HKDFExpand(SHA256(), length, info).derive(key)


def wrap(lease_key, salt, generation, data_key, tenant, region, table, record_id, key_id, suite=SUITE):
    wrapping_key = expand(lease_key, b"boundary/wrapping-key" + salt, 32)
    okm = expand(data_key, b"boundary/record-keys", 64)
    bound = VERSION + SUITE + texts("boundary/data-key", tenant, region, table, record_id)
    bound += key_id + generation.to_bytes(4, "big")
    wrapped = AESGCM(wrapping_key).encrypt(bytes(12), data_key, bound)
    return wrapping_key, okm[:32], okm[32:], bound, suite + generation.to_bytes(4, "big") + salt + wrapped + okm[32:]


def seal(encryption_key, nonce, plaintext, tenant, region, table, column, record_id, category, residency):
    bound = VERSION + SUITE + texts("boundary/field", tenant, region, table, column, record_id, category, residency)
    return bound, VERSION + SUITE + nonce + AESGCM(encryption_key).encrypt(nonce, plaintext, bound)


def main():
    lease_key, salt, data_key = counting(0x00, 32), counting(0x20, 32), counting(0x40, 32)
    key_id, nonce, plaintext = counting(0x60, 16), counting(0x70, 12), b"asha@example.com"
    record = ("acme", "in", "customers", "42")
    wrapping_key, encryption_key, commitment, key_bound, wrapped = wrap(lease_key, salt, 7, data_key, *record, key_id)
    names = b"".join(len(name).to_bytes(2, "big") + name.encode() for name in record[:2])
    email = ("email", "42", "user.contact.email", "in_country")
    bound, sealed = seal(encryption_key, nonce, plaintext, *record[:3], *email)
    pinned = ("national_id", "42", "user.contact.email", "pinned(in)")
    pinned_bound, pinned_sealed = seal(encryption_key, nonce, b"", *record[:3], *pinned)
    _, of_43 = seal(encryption_key, nonce, plaintext, *record[:3], "email", "43", *email[2:])
    of_another = wrap(counting(0x01, 32), salt, 7, data_key, *record, key_id)[4]
    vectors = {
        "lease key": lease_key,
        "salt": salt,
        "data key": data_key,
        "data key id": key_id,
        "nonce": nonce,
        "plaintext": plaintext,
        "wrapping key": wrapping_key,
        "encryption key": encryption_key,
        "commitment": commitment,
        "data key additional data": key_bound,
        "wrapped part": wrapped,
        "whole data key": b"\x01" + key_id + names + wrapped,
        "field additional data": bound,
        "sealed field": sealed,
        "pinned additional data": pinned_bound,
        "pinned empty field": pinned_sealed,
        "other commitment": wrapped[:-1] + bytes([wrapped[-1] ^ 1]),
        "other suite of the data key": b"\x02" + wrapped[1:],
        "data key of another lease key": of_another,
        "other version": b"\x02" + sealed[1:],
        "other suite of the field": sealed[:1] + b"\x02" + sealed[2:],
        "field of record 43": of_43,
        "cut field": sealed[:-1],
    }
    for name, value in vectors.items():
        print(f"{name}: {value.hex()}")


if __name__ == "__main__":
    main()
