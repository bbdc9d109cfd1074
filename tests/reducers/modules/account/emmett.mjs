// Emmett: evolve and initialState beside a decide that is no reducer.
export const initialState = () => ({ status: 'Empty' });

export const decide = (command, state) => {
  if (state.status !== 'Opened') throw new Error('not opened');
  return [{ type: 'Deposited', data: { amount: command.amount } }];
};

export const evolve = (state, event) => {
  const { type, data } = event;
  switch (type) {
    case 'AccountOpened':
      return { status: 'Opened', iban: data.iban, cents: 0n, cards: new Map() };
    case 'Deposited':
      return { ...state, cents: state.cents + BigInt(Math.round(data.amount * 100)) };
    case 'Withdrawn':
      return { ...state, cents: state.cents - BigInt(Math.round(data.amount * 100)) };
    case 'CardIssued':
      return { ...state, cards: new Map([...state.cards, [data.card.id, data.card.brand]]) };
    case 'CardBlocked': {
      const cards = new Map(state.cards);
      cards.delete(data.id);
      return { ...state, cards };
    }
    case 'Closed':
      return { ...state, status: 'Closed' };
    default:
      return state;
  }
};
