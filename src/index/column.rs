//! A column of integers in as few bytes as its values allow.

/// Values of one segment; `i64::MIN` stands for none.
#[derive(Debug)]
pub(super) enum Column {
    /// `base + unit * value`; the largest value stands for none.
    Short {
        base: i64,
        unit: i64,
        values: Box<[u16]>,
    },
    Long {
        base: i64,
        unit: i64,
        values: Box<[u32]>,
    },
    Full(Box<[i64]>),
}

/// Stands for "no value".
pub(super) const NONE: i64 = i64::MIN;

impl Column {
    pub(super) fn pack(values: &[i64]) -> Column {
        let known = || values.iter().copied().filter(|value| *value != NONE);
        let (Some(min), Some(max)) = (known().min(), known().max()) else {
            return Column::Short { base: 0, unit: 1, values: vec![u16::MAX; values.len()].into() };
        };
        // Times in whole milliseconds or seconds need fewer bits.
        let unit =
            [1_000_000, 1_000].into_iter().find(|unit| known().all(|v| v.wrapping_sub(min) % unit == 0)).unwrap_or(1);
        let Some(range) = max.checked_sub(min).map(|range| range / unit) else {
            return Column::Full(values.into());
        };
        let value = |value: &i64| (*value != NONE).then(|| (value - min) / unit);
        if range < i64::from(u16::MAX) {
            let short = values.iter().map(|v| value(v).map_or(u16::MAX, |v| v as u16)).collect();
            Column::Short { base: min, unit, values: short }
        } else if range < i64::from(u32::MAX) {
            let long = values.iter().map(|v| value(v).map_or(u32::MAX, |v| v as u32)).collect();
            Column::Long { base: min, unit, values: long }
        } else {
            Column::Full(values.into())
        }
    }

    pub(super) fn get(&self, at: usize) -> Option<i64> {
        match self {
            Column::Short { base, unit, values } => {
                values.get(at).filter(|v| **v != u16::MAX).map(|v| base + unit * i64::from(*v))
            }
            Column::Long { base, unit, values } => {
                values.get(at).filter(|v| **v != u32::MAX).map(|v| base + unit * i64::from(*v))
            }
            Column::Full(values) => values.get(at).copied().filter(|v| *v != NONE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn picks_the_smallest_form() {
        assert!(matches!(Column::pack(&[7, 9, 65_000]), Column::Short { .. }));
        assert!(matches!(Column::pack(&[0, 40_000_000_000, NONE]), Column::Short { unit: 1_000_000, .. }));
        assert!(matches!(Column::pack(&[0, 100_000]), Column::Short { unit: 1_000, .. }));
        assert!(matches!(Column::pack(&[0, 100_001]), Column::Long { unit: 1, .. }));
        assert!(matches!(Column::pack(&[i64::MIN + 1, i64::MAX]), Column::Full(_)));
    }

    proptest! {
        #[test]
        fn gives_back_what_it_was_given(
            values in prop::collection::vec(prop_oneof![any::<i64>(), 0i64..1_000, Just(NONE), Just(i64::MAX)], 0..40)
        ) {
            let column = Column::pack(&values);
            for (at, value) in values.iter().enumerate() {
                prop_assert_eq!(column.get(at), Some(*value).filter(|v| *v != NONE));
            }
            prop_assert_eq!(column.get(values.len()), None);
        }
    }
}
