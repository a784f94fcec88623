// Where a frame holds most. Nothing here knows of a page.
'use strict';

/**
 * Of points those that a frame of some size holds if it is laid where they weigh most; one of them at least.
 * @template {Point} P
 * @param {P[]} points
 * @param {number} wide
 * @param {number} high
 * @param {(point: P) => number} weight
 */
function densest(points, wide, high, weight) {
  const downwards = [...points].sort((a, b) => a.y - b.y);
  let best = points.slice(0, 1), most = 0;
  for (const {x} of points) {
    const column = downwards.filter(one => one.x >= x && (one.x === x || one.x - x <= wide));
    let sum = 0, end = 0;
    column.forEach((top, start) => {
      while (end < column.length && (end === start || column[end].y - top.y <= high)) sum += weight(column[end++]);
      if (sum > most) [most, best] = [sum, column.slice(start, end)];
      sum -= weight(top);
    });
  }
  return best;
}
