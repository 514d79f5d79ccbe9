//! Areas of an image, as HTML's image maps write them.

/// Whether a shape with these coordinates holds a point. What is no shape holds none.
pub(super) fn holds(shape: &str, coords: &str, (x, y): (f64, f64)) -> bool {
    let numbers: Option<Vec<f64>> = coords
        .split(',')
        .filter(|number| !number.trim().is_empty())
        .map(|number| number.trim().parse().ok())
        .collect();
    match (shape, numbers.as_deref()) {
        ("default", _) => true,
        ("circle", Some([cx, cy, r])) => (x - cx).hypot(y - cy) <= *r,
        ("ellipse", Some([cx, cy, rx, ry])) => ((x - cx) / rx).hypot((y - cy) / ry) <= 1.0,
        ("rect", Some([left, top, right, bottom])) => {
            (*left..=*right).contains(&x) && (*top..=*bottom).contains(&y)
        }
        ("poly", Some(numbers)) => polygon_holds(numbers, (x, y)),
        _ => false,
    }
}

/// Counts the edges that a ray from the point crosses.
fn polygon_holds(numbers: &[f64], (x, y): (f64, f64)) -> bool {
    let corners: Vec<(f64, f64)> = numbers.chunks_exact(2).map(|c| (c[0], c[1])).collect();
    let edges = corners.iter().zip(corners.iter().cycle().skip(1));
    let crosses = |((ax, ay), (bx, by)): &(&(f64, f64), &(f64, f64))| {
        (*ay > y) != (*by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
    };
    edges.filter(crosses).count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_hold_what_is_inside_of_them() {
        for (shape, coords, inside, outside) in [
            ("circle", "10,10,5", (13.0, 14.0), (14.0, 14.0)),
            ("rect", "0, 0, 10, 20", (10.0, 20.0), (11.0, 5.0)),
            ("ellipse", "0,0,10,5", (9.0, 1.0), (9.0, 4.0)),
            ("poly", "0,0,10,0,10,10,5,4,0,10", (5.0, 3.0), (5.0, 6.0)),
        ] {
            assert!(holds(shape, coords, inside), "{shape}");
            assert!(!holds(shape, coords, outside), "{shape}");
        }
        assert!(holds("default", "", (-1.0, 1e9)));
    }

    #[test]
    fn what_is_no_shape_holds_nothing() {
        for (shape, coords) in [
            ("circle", "1,2"),
            ("circle", "a,b,c"),
            ("star", "1,2,3"),
            ("poly", ""),
        ] {
            assert!(!holds(shape, coords, (1.0, 2.0)), "{shape}");
        }
    }
}
