//! Maps and sets as vectors in order.
//!
//! This crate is compiled anew for each program that is built from nothing, and most of what that takes goes into generic code: rustc makes
//! it once for each type that it is used with, and for a `BTreeMap` it is ten times what these are. Adding costs a move of what lies
//! behind, so what grows with more than the policy (what is known of decision diagrams, graphs and programs) stays in a `BTreeMap`.

use std::ops::Index;

/// Values by their keys, in the keys' order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Map<K, V>(Vec<(K, V)>);

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Map(Vec::new())
    }
}

impl<K: Ord, V> Map<K, V> {
    pub(crate) fn new() -> Map<K, V> {
        Map(Vec::new())
    }

    /// Where the key is, or where it would be.
    fn find(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.cmp(key))
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let at = self.find(key).ok()?;
        Some(&self.0[at].1)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = self.find(key).ok()?;
        Some(&mut self.0[at].1)
    }

    /// The value of the key, which is this one where it has none yet.
    pub(crate) fn get_or_insert(&mut self, key: K, value: V) -> &mut V {
        let at = match self.find(&key) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, (key, value));
                at
            }
        };
        &mut self.0[at].1
    }

    /// Gives the key this value.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        match self.find(&key) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, (K, V)> {
        self.0.iter()
    }

    pub(crate) fn retain(&mut self, mut keeps: impl FnMut(&K, &V) -> bool) {
        self.0.retain(|(key, value)| keeps(key, value));
    }
}

impl<K: Ord, V> Index<&K> for Map<K, V> {
    type Output = V;

    fn index(&self, key: &K) -> &V {
        self.get(key).expect("a key of the map")
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Map::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Keys, in their order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Set<K>(Vec<K>);

impl<K: Ord> Set<K> {
    pub(crate) fn new() -> Set<K> {
        Set(Vec::new())
    }

    /// Adds the key, and says whether it is new.
    pub(crate) fn insert(&mut self, key: K) -> bool {
        match self.0.binary_search(&key) {
            Ok(_) => false,
            Err(at) => {
                self.0.insert(at, key);
                true
            }
        }
    }

    pub(crate) fn contains(&self, key: &K) -> bool {
        self.0.binary_search(key).is_ok()
    }

    /// Takes the least out.
    pub(crate) fn pop_first(&mut self) -> Option<K> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, K> {
        self.0.iter()
    }
}

impl<K> From<[K; 1]> for Set<K> {
    fn from(keys: [K; 1]) -> Self {
        Set(Vec::from(keys))
    }
}

impl<K: Ord> FromIterator<K> for Set<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut set = Set::new();
        for key in keys {
            set.insert(key);
        }
        set
    }
}

impl<K> IntoIterator for Set<K> {
    type Item = K;
    type IntoIter = std::vec::IntoIter<K>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_the_keys_order_whatever_that_of_adding() {
        let mut map = Map::new();
        for (key, value) in [(3, 'c'), (1, 'a'), (2, 'b'), (1, 'd')] {
            map.insert(key, value);
        }
        assert_eq!(*map.get_or_insert(2, 'e'), 'b');
        assert_eq!(*map.get_or_insert(0, 'f'), 'f');
        let all: Vec<_> = map.iter().copied().collect();
        assert_eq!(all, [(0, 'f'), (1, 'd'), (2, 'b'), (3, 'c')]);
        assert_eq!((map.len(), map.get(&4), map[&3]), (4, None, 'c'));
        *map.get_mut(&3).unwrap() = 'g';
        map.retain(|key, value| *key > 1 && *value != 'b');
        assert_eq!(map.into_iter().collect::<Vec<_>>(), [(3, 'g')]);
    }

    #[test]
    fn a_set_has_each_once() {
        let mut set = Set::new();
        assert!(set.insert(2) && set.insert(1) && !set.insert(2));
        assert!(set.contains(&1) && !set.contains(&3));
        assert_eq!(set.into_iter().collect::<Vec<_>>(), [1, 2]);
    }
}
