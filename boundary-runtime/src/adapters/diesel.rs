//! Feature `diesel`: sealed values, blind indexes and data keys as `Binary`, identifiers as `Text`, for every backend that has these types.
//!
//! Diesel asks of what it binds that it can be printed, and a wrapper refuses that. So a wrapper is turned into its bytes
//! as it becomes an expression, and only the bytes are bound. For a nullable column an insert goes through
//! [`Ciphertext`].

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::dsl::AsExprOf;
use diesel::expression::AsExpression;
use diesel::sql_types::{Binary, Nullable, SingleValue, Text};

use crate::{BlindIndex, DataKey, Sealed, SubjectId, TenantId};

impl<T, DB: Backend> FromSql<Binary, DB> for Sealed<T>
where
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Vec::from_sql(bytes).map(|bytes| Self::from_ciphertext(&bytes))
    }
}

impl<T, ST: SingleValue, DB: Backend> Queryable<ST, DB> for Sealed<T>
where
    Self: FromSql<ST, DB>,
{
    type Row = Self;

    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

impl<T> AsExpression<Binary> for Sealed<T> {
    type Expression = AsExprOf<Vec<u8>, Binary>;

    fn as_expression(self) -> Self::Expression {
        AsExpression::<Binary>::as_expression(self.as_ciphertext().to_vec())
    }
}

impl<'a, T> AsExpression<Binary> for &'a Sealed<T> {
    type Expression = AsExprOf<&'a [u8], Binary>;

    fn as_expression(self) -> Self::Expression {
        AsExpression::<Binary>::as_expression(self.as_ciphertext())
    }
}

macro_rules! bytes {
    ($($type:ty),*) => {$(
        impl<DB: Backend> FromSql<Binary, DB> for $type
        where
            Vec<u8>: FromSql<Binary, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                Ok(Self::from_bytes(&Vec::from_sql(bytes)?)?)
            }
        }

        impl<ST: SingleValue, DB: Backend> Queryable<ST, DB> for $type
        where
            Self: FromSql<ST, DB>,
        {
            type Row = Self;

            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }

        impl AsExpression<Binary> for $type {
            type Expression = AsExprOf<Vec<u8>, Binary>;

            fn as_expression(self) -> Self::Expression {
                AsExpression::<Binary>::as_expression(self.as_bytes().to_vec())
            }
        }

        impl<'a> AsExpression<Binary> for &'a $type {
            type Expression = AsExprOf<&'a [u8], Binary>;

            fn as_expression(self) -> Self::Expression {
                AsExpression::<Binary>::as_expression(self.as_bytes())
            }
        }
    )*};
}
bytes!(BlindIndex, DataKey);

macro_rules! identifiers {
    ($($type:ty),*) => {$(
        impl<DB: Backend> FromSql<Text, DB> for $type
        where
            String: FromSql<Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                String::from_sql(bytes).map(Into::into)
            }
        }

        impl<ST: SingleValue, DB: Backend> Queryable<ST, DB> for $type
        where
            Self: FromSql<ST, DB>,
        {
            type Row = Self;

            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }

        impl AsExpression<Text> for $type {
            type Expression = AsExprOf<String, Text>;

            fn as_expression(self) -> Self::Expression {
                AsExpression::<Text>::as_expression(self.as_str().to_owned())
            }
        }

        impl<'a> AsExpression<Text> for &'a $type {
            type Expression = AsExprOf<&'a str, Text>;

            fn as_expression(self) -> Self::Expression {
                AsExpression::<Text>::as_expression(self.as_str())
            }
        }
    )*};
}
identifiers!(TenantId, SubjectId);

/// The bytes of an optional sealed value or its blind index, for `#[diesel(serialize_as = Ciphertext)]` on a field of a nullable column.
pub struct Ciphertext(Option<Vec<u8>>);

impl<T> From<Option<Sealed<T>>> for Ciphertext {
    fn from(sealed: Option<Sealed<T>>) -> Self {
        Self(sealed.map(|sealed| sealed.as_ciphertext().to_vec()))
    }
}

impl From<Option<BlindIndex>> for Ciphertext {
    fn from(index: Option<BlindIndex>) -> Self {
        Self(index.map(|index| index.as_bytes().to_vec()))
    }
}

impl AsExpression<Nullable<Binary>> for Ciphertext {
    type Expression = AsExprOf<Option<Vec<u8>>, Nullable<Binary>>;

    fn as_expression(self) -> Self::Expression {
        AsExpression::<Nullable<Binary>>::as_expression(self.0)
    }
}
