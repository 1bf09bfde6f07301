"""An indexed binary heap over node numbers, keyed by an array that its user owns."""

from __future__ import annotations

from numba import njit

from karez.kernels.compiled import KERNEL


@njit(**KERNEL)
def lower(heap, place, key, size, node):  # type: ignore[no-untyped-def]
    """Put `node` in the heap, or move it up after ``key[node]`` fell; returns the new size.

    Parameters
    ----------
    heap : int32[n]
        Nodes in heap order; the first `size` count.
    place : int32[n]
        Position of each node in `heap`, −1 where it is not in it.
    key : int64[n]
        Keys; of equal keys the smaller node number comes first.
    size : int
        Nodes in the heap.
    node : int
        The node whose key is new.
    """
    i = place[node]
    if i < 0:
        i = size
        size += 1
    k = key[node]
    while i > 0:
        p = (i - 1) >> 1
        other = heap[p]
        if key[other] < k or (key[other] == k and other < node):
            break
        heap[i] = other
        place[other] = i
        i = p
    heap[i] = node
    place[node] = i
    return size


@njit(**KERNEL)
def pop(heap, place, key, size):  # type: ignore[no-untyped-def]
    """Take the node of least key out; the caller counts its size down by one."""
    top = heap[0]
    place[top] = -1
    size -= 1
    if size > 0:
        node = heap[size]
        k = key[node]
        i = 0
        while True:
            c = 2 * i + 1
            if c >= size:
                break
            child = heap[c]
            if c + 1 < size:
                right = heap[c + 1]
                if key[right] < key[child] or (key[right] == key[child] and right < child):
                    c += 1
                    child = right
            if k < key[child] or (k == key[child] and node < child):
                break
            heap[i] = child
            place[child] = i
            i = c
        heap[i] = node
        place[node] = i
    return top
