//! Feature `sqlx`: sealed values, blind indexes and data keys as `BYTEA` or `BLOB`, identifiers as text, for every database of sqlx that has
//! these types.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};

use crate::{BlindIndex, DataKey, Sealed, SubjectId, TenantId};

impl<T, DB: Database> Type<DB> for Sealed<T>
where
    Vec<u8>: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <Vec<u8> as Type<DB>>::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        <Vec<u8> as Type<DB>>::compatible(ty)
    }
}

impl<'q, T, DB: Database> Encode<'q, DB> for Sealed<T>
where
    Vec<u8>: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        self.as_ciphertext().to_vec().encode(buffer)
    }
}

impl<'r, T, DB: Database> Decode<'r, DB> for Sealed<T>
where
    Vec<u8>: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Vec::decode(value).map(|bytes| Self::from_ciphertext(&bytes))
    }
}

macro_rules! bytes {
    ($($type:ty),*) => {$(
        impl<DB: Database> Type<DB> for $type
        where
            Vec<u8>: Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <Vec<u8> as Type<DB>>::type_info()
            }

            fn compatible(ty: &DB::TypeInfo) -> bool {
                <Vec<u8> as Type<DB>>::compatible(ty)
            }
        }

        impl<'q, DB: Database> Encode<'q, DB> for $type
        where
            Vec<u8>: Encode<'q, DB>,
        {
            fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                self.as_bytes().to_vec().encode(buffer)
            }
        }

        impl<'r, DB: Database> Decode<'r, DB> for $type
        where
            Vec<u8>: Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
                Ok(Self::from_bytes(&Vec::decode(value)?)?)
            }
        }
    )*};
}
bytes!(BlindIndex, DataKey);

macro_rules! identifiers {
    ($($type:ty),*) => {$(
        impl<DB: Database> Type<DB> for $type
        where
            String: Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <String as Type<DB>>::type_info()
            }

            fn compatible(ty: &DB::TypeInfo) -> bool {
                <String as Type<DB>>::compatible(ty)
            }
        }

        impl<'q, DB: Database> Encode<'q, DB> for $type
        where
            String: Encode<'q, DB>,
        {
            fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                self.as_str().to_owned().encode(buffer)
            }
        }

        impl<'r, DB: Database> Decode<'r, DB> for $type
        where
            String: Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
                String::decode(value).map(Into::into)
            }
        }
    )*};
}
identifiers!(TenantId, SubjectId);
