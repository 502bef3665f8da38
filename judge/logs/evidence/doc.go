// Package evidence tells whether one server writes a family of lines more
// often, or less often, than the others and its own past explain. Counts per
// family, server and block of time come in; an e-value comes out, with how
// large it must be. It may be looked at after every block for as long as one
// likes: the chance that it is ever as large as needed by luck stays bounded
// (Ville's inequality), as far as the model of luck below holds.
//
// # The model of luck
//
// In one block, server s writes a family y_s times, y_s negative binomial with
// mean e_s w_s g and shape k e_s: e_s is its exposure, w_s what is lasting
// about this server, g whatever happens to all servers alike, and k small
// where lines come in bursts. Given the block's total, g is gone (a burst of
// the whole fleet says nothing), and the canary's count is beta-binomial with
// k e_c exp(x) against k times the others' exposure. For small k a burst
// counts as one event, however many lines it has.
//
// For some blocks a server may also fall into a burst of its own, in which its
// share tells nothing: a hidden Markov chain, so that one bad half minute is
// one event and not dozens.
//
// The canary's lasting difference x = w and the shape k are not known. Both
// have a distribution over a grid: that of the population of all families
// (learned from history), updated with the family's own history. The
// alternative is the same with x = w + d. The e-value is
//
//	E = mean over d of M(d) / max over d of M(d) r(d),
//	M(d) = sum over w, k of P(w, k | history) L(w + d, k | watching),
//
// where r(d) is how likely a restart alone changes the rate so much, nobody
// being at fault: r(0) = 1, r falls as a normal density with deviation 0.1.
//
// # Many families
//
// Each family has a part of alpha, known before its evidence is: half of alpha
// goes to severe families that nobody wrote before the watching, in the order
// in which any server first writes them, so that a new error soon stops; see
// spending. The e-value of several canaries is the mean of theirs; when another
// server is upgraded, all begin anew with what was won as their stake.
//
// # Sources
//
// Negative binomial counts given their total are Dirichlet-multinomial: Johnson,
// Kotz, Balakrishnan, Discrete Multivariate Distributions, ch. 35. Mixtures of
// likelihood ratios as e-processes: Ramdas, Gruenwald, Vovk, Shafer, Game-theoretic
// statistics and safe anytime-valid inference, 2023, sections 3 and 4; the
// maximum over the null in the denominator: Wasserman, Ramdas, Balakrishnan,
// Universal inference, 2020.
package evidence
