//! The sample stores of the first page: each card opens its store at its question, with its reducer.

use egui::{Key, Rect};
use egui_kittest::kittest::{NodeT, Queryable};

use crate::program::{Program, Window, drawn, label, labels, rest, settings, settle};
use eventglass::app::action::Action;

fn welcome(size: [f32; 2]) -> Window {
    let mut window = drawn(Program::new(settings(), Default::default()), size);
    window.run_steps(4);
    window
}

#[test]
fn every_sample_opens_at_its_question_by_its_card() {
    let table = [
        ("Bank", "account-1042 v57 - bank.db", "Withdrawn, v57", "balance"),
        ("Orders", "d4c21bc4a78c5491b30d61dceca8e699 v2 - orders.db", "VoucherRedeemed, v2", "last good v1"),
        ("Library", "b97b12d851d856138453709e137351a6 v14 - lending.db", "Lent, v14", "2026-07-06"),
        ("Documents", "486861c9-be99-4227-8108-d7cba42a841c v9 - bank.dump", "money_deposited, v9", "Balance 53.53"),
        ("Transfers", "account-4107 v14 - bank.dump", "Refunded, v14", "refunds 2"),
        ("Server folder", "order-7002 v2 - db", "OrderCancelled, v2", "fraud check"),
        ("Parcels", "PARCELS#parcel-2009 v7 - AWSDynamoDB", "PARCEL_LOADED, v7", "courier-1"),
        ("Workshop", "repair-2017 v6 - workshop.dump", "Finished, v6", "finished"),
    ];
    let page = [1440.0, 1500.0];
    let window = welcome(page);
    let cards: Vec<String> = labels(&window).into_iter().filter(|label| label.starts_with("Open sample ")).collect();
    assert_eq!(cards.len(), table.len(), "{cards:#?}");
    for (title, title_of_window, event, state) in table {
        let mut window = welcome(page);
        window.get_by_label_contains(&format!("Open sample {title}. ")).click();
        window.run_steps(2);
        settle(&mut window);
        assert_eq!(window.state().app.title(), title_of_window);
        let said = labels(&window);
        for words in [event, state, "reducers.mjs"] {
            assert!(said.iter().any(|label| label.contains(words)), "{title}: no {words:?} in {said:#?}");
        }
    }
}

#[test]
fn every_card_is_reached_by_keys_in_a_small_window_and_with_large_text() {
    for (size, larger) in [([1440.0, 900.0], 0), ([1024.0, 640.0], 0), ([1024.0, 640.0], 7)] {
        let mut window = welcome(size);
        for _ in 0..larger {
            window.state_mut().apply(Action::TextSize(1));
        }
        rest(&mut window);
        let mut reached = Vec::new();
        for _ in 0..40 {
            window.key_press(Key::Tab);
            rest(&mut window);
            let focused = window.root().children_recursive().find(|node| node.is_focused());
            let Some(focused) = focused.filter(|node| label(node).starts_with("Open sample ")) else { continue };
            let (name, place) = (label(&focused), focused.rect());
            if reached.contains(&name) {
                break;
            }
            let sight = Rect::from_min_size(egui::Pos2::ZERO, window.ctx.content_rect().size()).expand(8.0);
            assert!(sight.contains_rect(place), "{size:?}: {name} at {place:?} of {sight:?}");
            reached.push(name);
        }
        assert_eq!(reached.len(), 8, "{size:?}, {larger} times larger: {reached:#?}");
    }
    let mut window = welcome([1024.0, 640.0]);
    window.get_by_label_contains("Open sample Workshop. ").focus();
    window.run_steps(2);
    window.key_press(Key::Enter);
    window.run_steps(2);
    settle(&mut window);
    assert_eq!(window.state().app.title(), "repair-2017 v6 - workshop.dump");
}
