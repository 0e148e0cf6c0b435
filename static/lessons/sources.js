/** The works that the lessons lean on. What each shows stands with the lesson that says so. */

/** @typedef {Omit<import("./types.js").Source, "claim">} Work */

/** @type {Work} */
export const ELMAN = { authors: "Elman", year: 1990, title: "Finding structure in time", where: "Cognitive Science 14(2), 179–211" };

/** @type {Work} */
export const BENGIO = { authors: "Bengio, Simard and Frasconi", year: 1994, title: "Learning long-term dependencies with gradient descent is difficult", where: "IEEE Transactions on Neural Networks 5(2), 157–166" };

/** @type {Work} */
export const HOCHREITER = { authors: "Hochreiter and Schmidhuber", year: 1997, title: "Long short-term memory", where: "Neural Computation 9(8), 1735–1780" };

/** @type {Work} */
export const GERS = { authors: "Gers, Schmidhuber and Cummins", year: 2000, title: "Learning to forget: continual prediction with LSTM", where: "Neural Computation 12(10), 2451–2471" };

/** @type {Work} */
export const PASCANU = { authors: "Pascanu, Mikolov and Bengio", year: 2013, title: "On the difficulty of training recurrent neural networks", where: "International Conference on Machine Learning, PMLR 28(3), 1310–1318" };

/** @type {Work} */
export const CHO = { authors: "Cho et al.", year: 2014, title: "Learning phrase representations using RNN encoder–decoder for statistical machine translation", where: "Empirical Methods in Natural Language Processing, 1724–1734" };

/** @type {Work} */
export const CHUNG = { authors: "Chung, Gulcehre, Cho and Bengio", year: 2014, title: "Empirical evaluation of gated recurrent neural networks on sequence modeling", where: "NIPS Workshop on Deep Learning, arXiv:1412.3555" };

/** @type {Work} */
export const JOZEFOWICZ = { authors: "Jozefowicz, Zaremba and Sutskever", year: 2015, title: "An empirical exploration of recurrent network architectures", where: "International Conference on Machine Learning, PMLR 37, 2342–2350" };

/** @type {Work} */
export const GOODFELLOW = { authors: "Goodfellow, Bengio and Courville", year: 2016, title: "Deep Learning", where: "MIT Press, section 10.10" };

/** @type {Work} */
export const KARPATHY = { authors: "Karpathy, Johnson and Fei-Fei", year: 2016, title: "Visualizing and understanding recurrent networks", where: "International Conference on Learning Representations, workshop track, arXiv:1506.02078" };

/** @type {Work} */
export const WEISS = { authors: "Weiss, Goldberg and Yahav", year: 2018, title: "On the practical computational power of finite precision RNNs for language recognition", where: "Association for Computational Linguistics, 740–745" };
