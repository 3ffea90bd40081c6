# Reference results of metafor for tests/validation/test_meta_metafor.py.
#
# Run by hand, in this folder (metafor 3.8-1, metadat 1.2-0 and numDeriv were used):
#
#     Rscript reference.R
#
# Writes one <data set>.csv of effects (data facts out of papers, see sources.csv) and
# one <data set>.json of results for each. Iterations are tightened; where metafor's
# optimiser stops early (three levels, selection models), a few of Newton's steps on
# metafor's own likelihood follow.

Sys.setlocale("LC_COLLATE", "C")
suppressMessages({
  library(metafor)
  library(numDeriv)
})
options(warn = 1)

# ---- writing: 17 digits ------------------------------------------------------------

number <- function(x) ifelse(is.finite(x), sprintf("%.17g", x), "null")

json <- function(x) {
  if (is.null(x)) return("null")
  if (is.list(x)) {
    if (length(x) == 0) return("{}")
    parts <- vapply(x, json, "")
    if (is.null(names(x))) return(paste0("[", paste(parts, collapse = ", "), "]"))
    return(paste0("{", paste0("\"", names(x), "\": ", parts, collapse = ", "), "}"))
  }
  if (length(x) == 0) return("[]")
  parts <- if (is.character(x)) paste0("\"", x, "\"")
           else if (is.logical(x)) ifelse(is.na(x), "null", tolower(x))
           else number(x)
  if (length(x) == 1 && is.null(attr(x, "row"))) return(unname(parts))
  paste0("[", paste(parts, collapse = ", "), "]")
}
row <- function(x) structure(as.vector(x), row = TRUE)

write_table <- function(table, name) {
  numeric <- vapply(table, is.double, TRUE)
  table[numeric] <- lapply(table[numeric], function(x) sprintf("%.17g", x))
  write.csv(table, paste0(name, ".csv"), row.names = FALSE, quote = FALSE)
}

# ---- fits --------------------------------------------------------------------------

tight <- function(d) {
  list(threshold = 1e-13 * max(1, var(d$yi)), maxiter = 1e5, tol = 1e-13,
       tau2.max = 1e5)
}

words <- function(moderators) {
  if (length(moderators) == 0) ~1 else reformulate(moderators)
}

tau2_interval <- function(model) {
  if (model$method == "FE") return(NULL)
  ends <- confint(model, control = list(tol = 1e-13, maxiter = 1e5, tau2.max = 1e6))
  row(ends$random[1, 2:3])
}

shown_names <- function(model, factors) {
  found <- rownames(model$beta)
  found[found == "intrcpt"] <- "intercept"
  for (one in factors) {
    hit <- startsWith(found, one)
    found[hit] <- paste0(one, ": ", substring(found[hit], nchar(one) + 1))
  }
  found
}

prediction <- function(model) {
  if (!model$int.only || model$method == "FE") return(NULL)
  found <- predict(model)
  row(c(found$pi.lb, found$pi.ub))
}

expected <- function(model, factors = character()) {
  one <- model$int.only
  t_test <- model$test != "z"
  list(
    k = model$k,
    estimate = if (one) c(model$beta),
    se = if (one) model$se,
    statistic = if (one) model$zval,
    p = if (one) model$pval,
    ci95 = if (one) row(c(model$ci.lb, model$ci.ub)),
    pi95 = prediction(model),
    df = if (t_test) model$ddf[1],
    q = model$QE, q_df = model$k - model$p, q_p = model$QEp,
    names = row(shown_names(model, factors)),
    coefficients = row(model$beta), errors = row(model$se),
    p_values = row(model$pval), lower = row(model$ci.lb), upper = row(model$ci.ub),
    qm = if (!one) model$QM,
    qm_df = if (!one) if (t_test) row(model$QMdf) else model$QMdf[1],
    qm_p = if (!one) model$QMp
  )
}

univariate <- function(d, method, test, moderators = character(), cluster = NULL) {
  model <- suppressWarnings(rma(yi, vi, mods = words(moderators), data = d,
                                method = method, test = test, control = tight(d)))
  random <- method != "FE"
  found <- list(
    tau2 = model$tau2, tau2_se = if (random) model$se.tau2,
    tau2_ci95 = tau2_interval(model), i2 = model$I2, h2 = model$H2,
    r2 = model$R2, weights = row(weights(model))
  )
  if (!is.null(cluster)) {
    clusters <- d[[cluster]]
    model <- robust(model, cluster = clusters, adjust = TRUE)
    found$weights <- NULL
  }
  factors <- moderators[vapply(moderators, function(m) is.character(d[[m]]), TRUE)]
  c(expected(model, factors), found)
}

# Newton's steps on metafor's own likelihood, for components above 0.
polished <- function(height, start) {
  free <- start > 1e-8
  start[!free] <- 0
  at <- start
  if (!any(free)) return(at)
  whole <- function(x) { at[free] <- x; height(at) }
  for (step in 1:6) {
    slope <- grad(whole, at[free])
    at[free] <- at[free] - solve(hessian(whole, at[free]), slope)
  }
  at
}

correlated <- function(d, v, method, test, cluster, moderators = character()) {
  d$row <- seq_len(nrow(d))
  random <- NULL
  if (method != "FE") random <- list(~ 1 | row)
  if (!is.null(cluster)) random <- list(reformulate(paste("1 |", cluster)), ~ 1 | row)
  run <- function(sigma2) {
    rma.mv(yi, v, mods = words(moderators), random = random, data = d, sigma2 = sigma2,
           method = if (method == "FE") "REML" else method, test = test)
  }
  model <- run(NULL)
  if (!is.null(random)) {
    found <- polished(function(s) c(logLik(run(s))), model$sigma2)
    model <- run(found)
  }
  full <- if (is.matrix(v)) v else diag(v)
  w <- solve(full)
  x <- model.matrix(model)
  p <- w - w %*% x %*% solve(t(x) %*% w %*% x) %*% t(x) %*% w
  typical <- (model$k - model$p) / sum(diag(p))
  total <- if (is.null(random)) 0 else sum(model$sigma2)
  if (is.null(random)) model$method <- "FE"
  factors <- moderators[vapply(moderators, function(m) is.character(d[[m]]), TRUE)]
  found <- list(
    tau2 = total, r2 = NULL,
    sigma2 = if (!is.null(cluster)) row(model$sigma2),
    i2 = if (!is.null(random)) 100 * total / (total + typical),
    h2 = if (!is.null(random)) 1 + total / typical,
    weights = if (model$int.only) row(weights(model, type = "rowsum"))
              else row(weights(model))
  )
  c(expected(model, factors), found)
}

case <- function(kind, options, result) {
  list(kind = kind, options = options, expected = result)
}

METHODS <- c("FE", "DL", "PM", "REML", "ML")

plain_cases <- function(d) {
  cases <- list()
  for (method in METHODS) for (test in c("z", "knha")) {
    options <- list(method = method, test = test)
    cases <- c(cases, list(case("fit", options, univariate(d, method, test))))
  }
  options <- list(method = "REML", test = "t")
  c(cases, list(case("fit", options, univariate(d, "REML", "t"))))
}

moderator_cases <- function(d, sets, methods = c("FE", "REML"), tests = c("z", "knha")) {
  cases <- list()
  for (set in sets) for (method in methods) for (test in tests) {
    options <- list(method = method, test = test, moderators = row(set))
    cases <- c(cases, list(case("fit", options, univariate(d, method, test, set))))
  }
  cases
}

cluster_cases <- function(d, sets = list(character()), robust = TRUE, levels = TRUE) {
  cases <- list()
  for (set in sets) {
    if (levels) for (method in c("REML", "ML")) for (test in c("z", "t")) {
      options <- list(method = method, test = test, moderators = row(set),
                      cluster_model = "multilevel")
      result <- correlated(d, d$vi, method, test, "cluster", set)
      cases <- c(cases, list(case("fit", options, result)))
    }
    if (robust) for (method in METHODS) {
      options <- list(method = method, moderators = row(set), cluster_model = "robust")
      result <- univariate(d, method, "z", set, "cluster")
      cases <- c(cases, list(case("fit", options, result)))
    }
  }
  cases
}

# ---- bias and sensitivity ------------------------------------------------------------

line <- function(model) {
  found <- summary(model)$coefficients
  list(estimate = row(found[, 1]), se = row(found[, 2]), p = row(found[, 4]),
       lower = row(confint(model)[, 1]), upper = row(confint(model)[, 2]))
}

egger_cases <- function(d) {
  cases <- list()
  for (method in c("FE", "DL", "REML")) for (test in c("z", "knha")) {
    if (method == "FE" && test == "knha") next
    model <- rma(yi, vi, data = d, method = method, test = test, control = tight(d))
    found <- regtest(model, model = "rma", ret.fit = TRUE)
    result <- list(statistic = found$zval, p = found$pval,
                   limit = row(c(found$est, found$ci.lb, found$ci.ub)))
    options <- list(model = "rma", method = method, test = test)
    cases <- c(cases, list(case("egger", options, result)))
  }
  model <- rma(yi, vi, data = d)
  found <- regtest(model, model = "lm")
  result <- list(statistic = found$zval, p = found$pval, df = found$dfs,
                 limit = row(c(found$est, found$ci.lb, found$ci.ub)))
  pet <- line(lm(yi ~ sqrt(vi), weights = 1 / vi, data = d))
  peese <- line(lm(yi ~ vi, weights = 1 / vi, data = d))
  c(cases, list(
    case("egger", list(model = "lm"), result),
    case("pet_peese", list(), list(pet = pet, peese = peese))
  ))
}

fill_cases <- function(d) {
  cases <- list()
  for (method in c("FE", "REML")) for (estimator in c("L0", "R0")) {
    for (side in list(NULL, "left", "right")) {
      model <- rma(yi, vi, data = d, method = method, control = tight(d))
      found <- try(trimfill(model, side = side, estimator = estimator,
                            control = tight(d)), silent = TRUE)
      if (inherits(found, "try-error")) next
      result <- list(k0 = found$k0, k0_se = found$se.k0, side = found$side,
                     k0_p = if (estimator == "R0") found$p.k0,
                     estimate = c(found$beta), se = found$se, tau2 = found$tau2,
                     yi = row(found$yi), vi = row(found$vi))
      options <- list(method = method, estimator = estimator)
      if (!is.null(side)) options$side <- side
      cases <- c(cases, list(case("trim_and_fill", options, result)))
    }
  }
  cases
}

# metafor's optimiser, then Newton's steps on metafor's likelihood; from the random- and
# from the fixed-effect model, since the likelihood may have a peak at tau2 = 0 as well,
# and the higher of the two is the estimate.
selection_peak <- function(d, alternative, method) {
  model <- rma(yi, vi, data = d, method = method, control = tight(d))
  first <- selmodel(model, type = "stepfun", steps = 0.025, alternative = alternative)
  lost <- function(x) {
    metafor:::.selmodel.ll.stepfun(
      x, yi = c(d$yi), vi = d$vi, X = cbind(rep(1, nrow(d))), preci = rep(1, nrow(d)),
      k = nrow(d), pX = 1, pvals = first$pvals, deltas = 2, delta.val = c(1, NA),
      delta.transf = FALSE, mapfun = c("", ""), delta.min = c(0, 0),
      delta.max = c(100, 100), tau2.val = NA, tau2.transf = FALSE, tau2.max = 1e9,
      beta.val = NA, wi.fun = NULL, steps = c(0.025, 1), pgrp = first$pgrp,
      alternative = alternative, pval.min = 0, intCtrl = list(), verbose = 0,
      digits = 4)
  }
  random <- method != "FE"
  whole <- function(x) if (random) x else c(x[1], 0, x[2])
  height <- function(x) -lost(c(whole(x)[1:2], 1, whole(x)[3]))
  at <- c(first$beta, if (random) first$tau2, first$delta[2])
  stopifnot(!random || at[2] > 1e-4)
  for (step in 1:6) at <- at - solve(hessian(height, at), grad(height, at))
  errors <- sqrt(diag(solve(-hessian(height, at))))
  list(estimate = at[1], se = errors[1], tau2 = whole(at)[2],
       tau2_se = if (random) errors[2],
       delta = whole(at)[3], delta_se = errors[length(at)], log_likelihood = height(at))
}

selection_case <- function(d, alternative) {
  found <- selection_peak(d, alternative, "ML")
  at_zero <- selection_peak(d, alternative, "FE")
  if (at_zero$log_likelihood > found$log_likelihood) {
    cat("  selection: metafor's peak is the lower one, by",
        at_zero$log_likelihood - found$log_likelihood, "\n")
    found <- at_zero
  }
  plain <- logLik(rma(yi, vi, data = d, method = "ML", control = tight(d)))
  ratio <- 2 * (found$log_likelihood - c(plain))
  found$ratio <- ratio
  found$ratio_p <- pchisq(ratio, 1, lower.tail = FALSE)
  case("selection", list(alternative = alternative), found)
}

influence_cases <- function(d, sets = list(character()), methods = c("FE", "REML")) {
  cases <- list()
  for (set in sets) for (method in methods) for (test in c("z", "knha")) {
    if (method == "FE" && test == "knha") next
    model <- rma(yi, vi, mods = words(set), data = d, method = method, test = test,
                 control = tight(d))
    found <- influence(model)
    result <- list(
      rstudent = row(found$inf$rstudent), dffits = row(found$inf$dffits),
      cook_d = row(found$inf$cook.d), cov_r = row(found$inf$cov.r),
      tau2_del = row(found$inf$tau2.del), qe_del = row(found$inf$QE.del),
      hat = row(found$inf$hat), weight = row(found$inf$weight),
      influential = row(found$is.infl),
      dfbetas = lapply(unname(unclass(found$dfbs)[seq_along(model$beta)]), row))
    options <- list(method = method, test = test, moderators = row(set))
    cases <- c(cases, list(case("influence", options, result)))
  }
  cases
}

leave_cases <- function(d) {
  cases <- list()
  for (method in METHODS) {
    model <- rma(yi, vi, data = d, method = method, control = tight(d))
    found <- leave1out(model)
    result <- list(estimate = row(found$estimate), se = row(found$se),
                   q = row(found$Q), tau2 = row(if (method == "FE") 0 * found$se
                                                else found$tau2))
    cases <- c(cases, list(case("leave_one_out", list(method = method), result)))
  }
  cases
}

cumulative_cases <- function(d, order) {
  cases <- list()
  for (method in c("FE", "DL", "REML")) {
    model <- rma(yi, vi, data = d, method = method, control = tight(d))
    found <- cumul(model, order = d[[order]])
    result <- list(estimate = row(found$estimate), se = row(found$se),
                   lower = row(found$ci.lb), upper = row(found$ci.ub),
                   tau2 = row(if (method == "FE") 0 * found$se else found$tau2))
    options <- list(method = method, order = order)
    cases <- c(cases, list(case("cumulative", options, result)))
  }
  cases
}

subgroup_cases <- function(d, group) {
  cases <- list()
  for (method in c("FE", "DL", "REML")) {
    names <- sort(unique(d[[group]]))
    fits <- lapply(names, function(one) {
      rma(yi, vi, data = d[d[[group]] == one, ], method = method, control = tight(d))
    })
    effects <- sapply(fits, function(one) c(one$beta))
    errors <- sapply(fits, function(one) one$se)
    between <- rma(effects, errors^2, mods = ~ factor(names), method = "FE")
    result <- list(groups = row(names), estimate = row(effects), se = row(errors),
                   tau2 = row(sapply(fits, function(one) one$tau2)),
                   q = between$QM, df = between$m, p = between$QMp)
    options <- list(method = method, group = group)
    cases <- c(cases, list(case("subgroups", options, result)))
  }
  cases
}

escalc_cases <- function(d) {
  cases <- list()
  for (measure in c("MD", "SMD", "ROM")) {
    found <- escalc(measure, m1i = m1, sd1i = sd1, n1i = n1, m2i = m2, sd2i = sd2,
                    n2i = n2, data = d)
    result <- list(yi = row(found$yi), vi = row(found$vi))
    cases <- c(cases, list(case("escalc", list(measure = measure), result)))
  }
  # as metafor has it from version 5 on, written out: this version doesn't correct
  c1 <- d$sd1^2 / (d$n1 * d$m1^2)
  c2 <- d$sd2^2 / (d$n2 * d$m2^2)
  result <- list(yi = row(log(d$m1 / d$m2) + (c1 - c2) / 2), vi = row(c1 + c2))
  options <- list(measure = "ROM", bias_corrected = TRUE)
  c(cases, list(case("escalc", options, result)))
}

# ---- data sets -----------------------------------------------------------------------

kept <- function(d, study, moderators = character(), cluster = NULL) {
  found <- data.frame(study = gsub(",", "", as.character(study)),
                      yi = as.double(d$yi), vi = as.double(d$vi))
  if (!is.null(cluster)) found$cluster <- paste0("c", cluster)
  for (one in moderators) found[[one]] <- d[[one]]
  found
}

written <- function(name, d, cases) {
  cat(name, nrow(d), "effects,", length(cases), "cases\n")
  write_table(d, name)
  lines <- paste0("  ", vapply(cases, json, ""), collapse = ",\n")
  text <- paste0("{\"metafor\": \"", packageVersion("metafor"), "\", \"cases\": [\n",
                 lines, "\n]}")
  writeLines(text, paste0(name, ".json"))
}

d <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
d <- kept(transform(d, ablat = as.double(ablat), year = as.double(year)),
          paste(d$author, d$year), c("ablat", "alloc", "year"))
sets <- list("ablat", "alloc", c("ablat", "alloc"))
written("bcg", d, c(
  plain_cases(d), moderator_cases(d, sets, METHODS), egger_cases(d), fill_cases(d),
  list(selection_case(d, "less")),
  influence_cases(d, c(list(character()), sets[c(1, 3)])),
  leave_cases(d), cumulative_cases(d, "year"), subgroup_cases(d, "alloc")))

d <- dat.hackshaw1998
d <- kept(d, paste(d$author, d$year), c("design", "country"), d$country)
written("hackshaw1998", d, c(
  plain_cases(d), moderator_cases(d, list("design")), egger_cases(d), fill_cases(d),
  cluster_cases(d), list(selection_case(d, "greater")), leave_cases(d),
  subgroup_cases(d, "design")))

d <- transform(dat.raudenbush1985, weeks = as.double(weeks))
d <- kept(d, paste(d$author, d$year, d$study), c("weeks", "setting", "tester"))
sets <- list("weeks", "setting", c("weeks", "tester"))
written("raudenbush1985", d, c(
  plain_cases(d), moderator_cases(d, sets, METHODS), egger_cases(d), fill_cases(d),
  influence_cases(d, list(character(), "weeks")), leave_cases(d)))

# years since 1970, and since 1980 below: on years themselves metafor's normal equations
# lose about nine digits
d <- transform(dat.konstantopoulos2011, year = year - 1970)
d <- kept(d, d$study, "year", d$district)
written("konstantopoulos2011", d, c(
  plain_cases(d), cluster_cases(d, list(character(), "year")), egger_cases(d),
  list(selection_case(d, "greater"))))

d <- dat.normand1999
means <- data.frame(study = gsub(",", "", d$source), m1 = as.double(d$m1i),
                    sd1 = as.double(d$sd1i), n1 = d$n1i, m2 = as.double(d$m2i),
                    sd2 = as.double(d$sd2i), n2 = d$n2i)
write_table(means, "normand1999_means")
d <- kept(escalc("SMD", m1i = m1, sd1i = sd1, n1i = n1, m2i = m2, sd2i = sd2, n2i = n2,
                 data = means), means$study)
written("normand1999", d, c(plain_cases(d), egger_cases(d), escalc_cases(means),
                            leave_cases(d)))
d <- kept(escalc("MD", m1i = m1, sd1i = sd1, n1i = n1, m2i = m2, sd2i = sd2, n2i = n2,
                 data = means), means$study)
written("normand1999_days", d, c(plain_cases(d), fill_cases(d)))

d <- dat.curtis1998
means <- data.frame(study = d$id, m1 = as.double(d$m1i), sd1 = as.double(d$sd1i),
                    n1 = d$n1i, m2 = as.double(d$m2i), sd2 = as.double(d$sd2i),
                    n2 = d$n2i)
write_table(means, "curtis1998_means")
d$growth <- tolower(d$fungrp)
d <- escalc("ROM", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i,
            n2i = n2i, data = transform(d, time = as.double(time)))
d <- kept(d, d$id, c("growth", "time"), d$paper)
written("curtis1998", d, c(
  plain_cases(d), moderator_cases(d, list("time", "growth", c("time", "growth"))),
  cluster_cases(d, list(character(), "growth")), egger_cases(d), fill_cases(d),
  list(selection_case(d, "greater")), escalc_cases(means)))

d <- subset(dat.bangertdrowns2004, !is.na(length) & !is.na(meta))
d <- transform(d, length = as.double(length), grade = paste0("grade", grade),
               meta = ifelse(meta == 1, "yes", "no"))
d <- kept(d, paste(d$author, d$year), c("length", "grade", "meta"))
written("bangertdrowns2004", d, c(
  plain_cases(d), moderator_cases(d, list("length", "grade", c("length", "meta"))),
  egger_cases(d), fill_cases(d), list(selection_case(d, "greater"))))

d <- escalc("RD", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.hine1989)
d <- kept(d, d$source)
written("hine1989", d, c(plain_cases(d), leave_cases(d)))

d <- escalc("OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.li2007)
d <- kept(transform(d, year = as.double(year)), paste(d$study, d$year), "year")
written("li2007", d, c(
  plain_cases(d), moderator_cases(d, list("year")), egger_cases(d), fill_cases(d),
  list(selection_case(d, "less")), cumulative_cases(d, "year")))

d <- escalc("PLO", xi = xi, ni = ni, data = dat.pritz1997)
d <- kept(d, d$authors)
written("pritz1997", d, c(plain_cases(d), egger_cases(d)))

d <- escalc("ZCOR", ri = ri, ni = ni, data = dat.molloy2014)
d <- kept(d, paste(d$authors, d$year), c("meanage", "design", "quality"))
d$quality <- as.double(d$quality)
written("molloy2014", d, c(
  plain_cases(d), moderator_cases(d, list("meanage", "design", c("quality", "design"))),
  egger_cases(d), fill_cases(d), list(selection_case(d, "greater")),
  influence_cases(d, methods = "DL")))

d <- dat.bornmann2007
d <- escalc("OR", ai = waward, n1i = wtotal, ci = maward, n2i = mtotal, data = d)
d <- kept(d, paste(d$study, d$obs), "type", d$study)
written("bornmann2007", d, c(plain_cases(d),
                             cluster_cases(d, list(character(), "type"))))

d <- dat.berkey1998
v <- vcalc(vi = 1, cluster = author, rvars = c(v1i, v2i), data = d)
d <- kept(transform(d, year = year - 1980), paste(d$author, d$outcome),
          c("outcome", "year"), d$trial)
write.table(matrix(sprintf("%.17g", v), nrow(v)), "berkey1998_covariance.csv",
            row.names = FALSE, col.names = FALSE, sep = ",", quote = FALSE)
cases <- list()
for (set in list(character(), "outcome", c("outcome", "year"))) {
  for (method in c("FE", "REML", "ML")) for (test in c("z", "t")) {
    for (cluster in list(NULL, "cluster")) {
      if (method == "FE" && !is.null(cluster)) next
      options <- list(method = method, test = test, moderators = row(set),
                      clustered = !is.null(cluster))
      result <- correlated(d, v, method, test, cluster, set)
      cases <- c(cases, list(case("correlated", options, result)))
    }
  }
}
written("berkey1998", d, c(plain_cases(d), cases))
